"""Which version of the code is deployed: git's short hash; with changes that are not committed, the package's too."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.places import ROOT

LENGTH = 12
SHOWN = 5
# The answers lie there: they are no part of the package.
APART = ":(exclude)deploy"


@dataclass(frozen=True)
class Version:
    """A version of the code, and the files that differ from it."""

    commit: str
    changed: tuple[str, ...] = ()

    def name_package(self, package: Path) -> str:
        """Return the version's name; a package of changed files is named after its content."""
        if not self.changed:
            return self.commit
        return f"{self.commit}-{hashlib.sha256(package.read_bytes()).hexdigest()[:8]}"

    def list_changed(self) -> str:
        """Return the first changed files, for a sentence."""
        more = ", ..." if len(self.changed) > SHOWN else ""
        return ", ".join(self.changed[:SHOWN]) + more


def read_version(folder: Path = ROOT) -> Version:
    """Read the version of a folder; raise SystemExit where it is no git repository."""
    try:
        commit = run_git(folder, "rev-parse", f"--short={LENGTH}", "HEAD")
        changed = run_git(folder, "status", "--porcelain", "--", ".", APART)
    except (subprocess.CalledProcessError, FileNotFoundError):
        raise SystemExit(
            "A deployment is named after git's commit, and here is none: git init, git add, git commit."
        ) from None
    return Version(commit.strip(), tuple(line[3:] for line in changed.splitlines()))


def run_git(folder: Path, *arguments: str) -> str:
    """Return what git prints."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
