"""`make check-draw FILE=...`: tells whether a published draw follows from its list and its public value."""

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from infra.staff.contests import Draw, judge_draw
from infra.staff.terminal import clean_output

# The file does not tell which of these it was, and nobody outside the shop can.
PASSED = (
    "whose entry was withdrawn, or whose customer was forgotten, has their data set aside, "
    "or was joined with another customer who entered earlier"
)


def check_file(path: Path) -> tuple[int, str]:
    """Return the exit code and what to print."""
    try:
        draw = Draw.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return 1, f"{path.name} is no published draw."
    if faults := judge_draw(draw):
        return 1, "\n".join(f"Wrong: {fault}." for fault in faults)
    lines = [f"Right: {len(draw.entries)} entries of {draw.closed.form}, closed on {draw.closed.day}."]
    lines += [f"The hash {draw.closed.hash} must be the one that was published before {draw.closed.source}."]
    lines += [f"Winner: {number}" for number in draw.winners]
    lines += [f"Passed over: {number}, {PASSED}." for number in draw.passed]
    return 0, "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a published draw.")
    parser.add_argument("file", type=Path)
    with clean_output():
        code, told = check_file(parser.parse_args().file)
        print(told)
    return code


if __name__ == "__main__":
    sys.exit(main())
