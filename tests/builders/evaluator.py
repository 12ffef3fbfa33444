"""A second reader of IAM policies, which is not ours: `iam-simulate`, run by Node.

It is fetched from npm once, each archive by its hash, and is no part of what ships (its licence is the AGPL).
"""

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.npm import fetch_package
from infra.places import ROOT

HOME = ROOT / ".cache" / "iam-simulate-0.1.173"
SCOPE = HOME / "node_modules" / "@cloud-copilot"
PACKAGES = {
    "iam-simulate": ("0.1.173", "4774e72ede4751f2b0007f78c8b8326cb10d02466bb532a7d69c431f402a41d0"),
    "iam-data": ("0.21.202609261", "b2fbd66780732f8cfa846c4b90b59e4ec66337111a21bd7de6abc83c65c05b6a"),
    "iam-policy": ("0.1.109", "ff34e32d846d512eab26e398f976cc775b5dd5e89a06aac3034ad3bb6cdba665"),
    "iam-utils": ("0.1.82", "081f5b5a5ca8d8c647ec2ef22030ba7160d6cb486143410019074644674c709d"),
}
SCRIPT = Path(__file__).with_name("evaluate.mjs")
VERSION = "2012-10-17"
# The evaluator knows this condition key by the name that AWS's list of keys gives it, with any context's key in it.
PURPOSE, LISTED = "kms:EncryptionContext:purpose", "kms:EncryptionContext:${EncryptionContextKey}"

Refusal = tuple[str, str, dict[str, Any], str] | None


@dataclass(frozen=True)
class Request:
    """One right that is asked for: by a role, on an ARN, in a context of condition keys."""

    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict)
    own: str = ""  # the resource's own policy, by name


def explain_absence() -> str:
    """Return why the evaluator cannot run here, or the empty text; fetch what is missing."""
    if shutil.which("node") is None:
        return "no Node"
    SCOPE.mkdir(parents=True, exist_ok=True)
    for name, (version, sha256) in PACKAGES.items():
        if absence := fetch_package(f"@cloud-copilot/{name}@{version}", sha256, SCOPE / name):
            return absence
    return ""


class Evaluator:
    """Gathers questions, and asks them all of one process."""

    def __init__(self) -> None:
        self.policies: dict[str, Any] = {}
        self.groups: list[list[Any]] = []
        self.labels: list[Any] = []

    def clear(self) -> None:
        """Forget all questions; the policies stay."""
        self.groups, self.labels = [], []

    def add_policy(self, name: str, statements: list[dict[str, Any]]) -> str:
        """Keep a policy under a name; return the name."""
        self.policies[name] = {"Version": VERSION, "Statement": statements}
        return name

    def ask(self, label: Any, principal: str, identity: list[str], requests: list[Request]) -> None:
        """Ask which of several requests is the first to be refused."""
        self.labels.append(label)
        self.groups.append(
            [
                [
                    [*identity],
                    each.own,
                    principal,
                    each.action,
                    each.resource,
                    {**each.context, "aws:PrincipalArn": principal},
                ]
                for each in requests
            ]
        )

    def answer(self) -> list[tuple[Any, Refusal]]:
        """Return each label with the first refusal of its group, or None where all of it was allowed."""
        asked = json.dumps({"policies": self.policies, "groups": self.groups}).replace(PURPOSE, LISTED)
        entry = SCOPE / "iam-simulate" / "dist" / "esm" / "index.js"
        ran = subprocess.run(["node", SCRIPT, entry], input=asked, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr[-2000:]
        return list(zip(self.labels, json.loads(ran.stdout), strict=True))
