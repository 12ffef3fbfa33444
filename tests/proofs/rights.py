"""`make prove-rights`: run the tests of every function, record its calls, and judge its policy by them.

The record replaces tests/rules/calls.jsonl, which the suite judges in seconds. Where a policy allows what no call
needs any more, or a call needs what no policy allows, the judgement fails.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.builders.rights import RECORD
from tests.rules.rights import CALLS

# The tests in which the functions' use cases run over DynamoDB.
PARTS = (
    "settling",
    "erasure",
    "retention",
    "optin",
    "outreach",
    "offers",
    "downstream",
    "data_requests",
    "fold",
    "telling",
    "surveys",
    "numbers",
    "door",
    "desk",
    "senders",
    "routes",
)


def run_tests(places: list[str], **environ: str) -> int:
    """Run pytest on some places of tests/; return its status."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    named = [f"tests/{place}" for place in places]
    return subprocess.run([*command, *named], env={**os.environ, **environ}, check=False).returncode


def main() -> int:
    """Record and judge; 0 where both went well."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "calls.jsonl"
        if status := run_tests([*PARTS], **{RECORD: str(record)}):
            return status
        lines = sorted(set(record.read_text().splitlines()))
    CALLS.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} distinct calls of the functions")
    return run_tests(["rules/test_rights.py"])


if __name__ == "__main__":
    sys.exit(main())
