"""The clock of the running stack: the machine's, moved by `make clock NOW=2026-12-24T09:00:00Z`, back by `NOW=real`.

The time in every event that the pumps and the gateway build comes from here; the app itself reads no clock.
"""

import sys
from datetime import UTC, datetime, timedelta

from infra.places import LOCAL
from infra.target import require_local

FILE = LOCAL / "clock"  # seconds added to the machine's clock


def read_now() -> datetime:
    """Return the stack's time, in UTC."""
    try:
        ahead = float(FILE.read_text())
    except (FileNotFoundError, ValueError):
        ahead = 0.0
    return datetime.now(UTC) + timedelta(seconds=ahead)


def parse_time(text: str) -> datetime:
    """Read RFC 3339 text; raise ValueError where it has no time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone: end it with Z for UTC")
    return moment.astimezone(UTC)


def move_clock(text: str) -> datetime:
    """Set the stack's clock, which runs on from there; `real` sets it to the machine's."""
    if text == "real":
        FILE.unlink(missing_ok=True)
    else:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(str((parse_time(text) - datetime.now(UTC)).total_seconds()))
    return read_now()


def main(text: str) -> int:
    """Move the clock; print the stack's time, or what a time looks like."""
    try:
        print(f"The stack's clock: {move_clock(text):%Y-%m-%dT%H:%M:%SZ}")
    except ValueError:
        print("NOW=... is a time with its zone, such as NOW=2026-12-24T09:00:00Z, or NOW=real.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    require_local()
    sys.exit(main(sys.argv[1]))
