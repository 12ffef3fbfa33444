"""`make scan`: writes the template as CloudFormation gets it, and lets cfn-lint and checkov judge it.

SAM rewrites the packaged template on AWS; `aws-sam-translator`, which does so there, does it here. The tools have an
environment of their own, made once. What checkov finds and we leave as it is stands in scan.toml, with the reason.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.deploy.package import write_template
from infra.deploy.runtime import read_target
from infra.places import ROOT
from infra.template import load_yaml

TOOLS = {"checkov": "3.3.30", "aws-sam-translator": "1.115.0", "cfn-lint": "1.58.0"}
HOME = ROOT / ".cache" / "scan"  # an environment of its own: checkov needs much that we do not
ACCEPTED = Path(__file__).with_name("scan.toml")
TRANSFORM = Path(__file__).with_name("transform.py")
REGIONS = ("us-east-1", "eu-central-1", "ap-south-1")
# The stages of the two APIs. SAM makes one more, `Stage`, which no limit covers, where OpenApiVersion is not said.
STAGES = {"AWS::ApiGateway::Stage": ["api"], "AWS::ApiGatewayV2::Stage": ["$default"]}

Finding = tuple[str, str]  # a check of checkov, and the resource's name in the template


def find_tool(name: str) -> Path:
    """Return a tool's program; install the tools where they are not here."""
    if not (HOME / "bin" / "checkov").exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        pins = [f"{tool}=={version}" for tool, version in TOOLS.items()]
        subprocess.run([str(HOME / "bin" / "pip"), "install", "--quiet", *pins], check=True)
    return HOME / "bin" / name


def transform_template(folder: Path) -> Path:
    """Write the packaged template as CloudFormation gets it; return its file."""
    packaged = load_yaml(write_template("prod", folder / "out", read_target()).read_text())
    written = folder / "cloudformation.json"
    ran = subprocess.run(
        [str(find_tool("python")), str(TRANSFORM)],
        input=json.dumps(packaged),
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_DEFAULT_REGION": REGIONS[0]},
    )
    written.write_text(ran.stdout)
    return written


def find_stages(template: Mapping[str, Any]) -> list[str]:
    """Return a line for each kind of stage that is not as STAGES has it."""
    found = {
        kind: [each["Properties"].get("StageName") for each in template["Resources"].values() if each["Type"] == kind]
        for kind in STAGES
    }
    named = [
        name
        for each in template["Resources"].values()
        if each["Type"] == "AWS::ApiGateway::Deployment" and (name := each["Properties"].get("StageName"))
    ]
    wrong = [f"{kind}: {found[kind]}, not {STAGES[kind]}" for kind in STAGES if found[kind] != STAGES[kind]]
    return wrong + [f"a deployment makes a stage by itself: {name}" for name in named]


def run_lint(template: Path) -> list[str]:
    """Return what cfn-lint says."""
    command = [str(find_tool("cfn-lint")), "--regions", *REGIONS, "--format", "parseable", "--template", str(template)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def run_checkov(template: Path) -> set[Finding]:
    """Return what checkov finds."""
    command = [str(find_tool("checkov")), "--file", str(template), "--framework", "cloudformation"]
    command += ["--quiet", "--compact", "--skip-download", "--soft-fail", "--output", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(read_findings(json.loads(ran.stdout)))


def read_findings(report: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the failed checks of checkov's report."""
    for failed in report["results"]["failed_checks"]:
        yield failed["check_id"], failed["resource"].rpartition(".")[2]


def read_accepted(text: str) -> dict[Finding, str]:
    """Return the reason of each finding that we leave as it is; raise ValueError for one without a reason."""
    accepted: dict[Finding, str] = {}
    for entry in tomllib.loads(text)["accepted"]:
        if not entry["reason"].strip():
            raise ValueError(f"{entry['check']}: no reason")
        accepted |= {(entry["check"], name): entry["reason"] for name in entry["resources"]}
    return accepted


def judge_findings(found: Iterable[Finding], accepted: Iterable[Finding]) -> list[str]:
    """Return a line for each finding that nobody accepted, and for each acceptance that nothing needs any more."""
    new, spare = set(found) - set(accepted), set(accepted) - set(found)
    lines = [f"{check}: {name}" for check, name in sorted(new)]
    return lines + [f"{check}: {name} is accepted, and not found any more" for check, name in sorted(spare)]


def main() -> int:
    """Scan; 0 where there is nothing to say."""
    accepted = read_accepted(ACCEPTED.read_text())
    with tempfile.TemporaryDirectory() as folder:
        template = transform_template(Path(folder))
        content = json.loads(template.read_text())
        found = run_checkov(template)
        lines = find_stages(content) + run_lint(template) + judge_findings(found, accepted)
    print("\n".join(lines) or f"{len(content['Resources'])} resources; {len(found)} findings, each with its reason")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
