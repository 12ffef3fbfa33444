"""`make lock` pins what is installed, with hashes; `make audit-deps` asks which of it has known vulnerabilities.

requirements.txt, requirements-dev.txt    chosen by us, each line with its reason
requirements.lock, requirements-dev.lock  made of them by uv: everything that they need in turn, for every platform,
                                          with the hash of each file; pip installs nothing else
"""

import argparse
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from infra.places import ROOT

TOOLS = {"uv": "0.13.9", "pip-audit": "2.10.1"}
HOME = ROOT / ".cache" / "tools"  # an environment of its own: these need much that we do not
LOCKS = ("requirements", "requirements-dev")
OLDEST_PYTHON = "3.11"
MADE = "# Made by `make lock` on "
OLD_AFTER_DAYS = 60


def find_tool(name: str) -> Path:
    """Return a tool's program; install the tools where they are not here."""
    program = HOME / "bin" / name
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        pins = [f"{tool}=={version}" for tool, version in TOOLS.items()]
        subprocess.run([str(HOME / "bin" / "pip"), "install", "--quiet", *pins], check=True)
    return program


def write_lock(name: str, today: date) -> None:
    """Write one lock from its list."""
    command = [str(find_tool("uv")), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"]
    command += ["--upgrade", "--python-version", OLDEST_PYTHON, f"{name}.txt"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (ROOT / f"{name}.lock").write_text(f"{MADE}{today}; do not edit.\n{made.stdout}")


def read_age(today: date) -> int:
    """Return how many days ago the lock was made."""
    first = (ROOT / "requirements-dev.lock").read_text().partition("\n")[0]
    return (today - date.fromisoformat(first.removeprefix(MADE)[:10])).days


def audit_lock(name: str) -> list[dict[str, Any]]:
    """Return what pip-audit says of each package of a lock."""
    command = [str(find_tool("pip-audit")), "--format", "json", "--progress-spinner", "off", "--disable-pip"]
    done = subprocess.run([*command, "-r", f"{name}.lock"], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError:
        return []


def tell_audit(found: list[dict[str, Any]], days: int) -> int:
    """Print what was found; return 1 for a known vulnerability, or for an old lock that could not be looked up."""
    known = [package for package in found if "skip_reason" not in package]
    bad = [package for package in known if package["vulns"]]
    for package in bad:
        for vuln in package["vulns"]:
            fixed = ", ".join(vuln["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {vuln['id']}, fixed in {fixed}")
    if known:
        print(f"{len(known)} packages looked up, {len(bad)} with a known vulnerability")
    else:
        print("The database of vulnerabilities could not be reached.")
    print(f"The lock is {days} days old" + ("; run `make lock`" if days > OLD_AFTER_DAYS else ""))
    return int(bool(bad) or (not known and days > OLD_AFTER_DAYS))


def main() -> int:
    parser = argparse.ArgumentParser(description="Pin what is installed, or look it up.")
    parser.add_argument("what", choices=("lock", "audit"))
    today = datetime.now(UTC).date()
    if parser.parse_args().what == "audit":
        return tell_audit(audit_lock("requirements-dev"), read_age(today))
    for name in LOCKS:
        write_lock(name, today)
    print("Written: " + ", ".join(f"{name}.lock" for name in LOCKS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
