"""What a check finds: green, amber, red, or unknown where it could not be made. No finding names a person."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a check ended; unknown is never as good as green."""

    GREEN = "green"
    UNKNOWN = "unknown"
    AMBER = "amber"
    RED = "red"


EXIT_CODES = {Level.GREEN: 0, Level.UNKNOWN: 1, Level.AMBER: 1, Level.RED: 2}


@dataclass(frozen=True)
class Finding:
    """One sentence of what is found, and one of what to do."""

    level: Level
    found: str
    do: str = ""


def green(found: str) -> Finding:
    return Finding(Level.GREEN, found)


def amber(found: str, do: str) -> Finding:
    return Finding(Level.AMBER, found, do)


def red(found: str, do: str) -> Finding:
    return Finding(Level.RED, found, do)


def unknown(reason: str, do: str = "Grant the right, or look at it in the console.") -> Finding:
    return Finding(Level.UNKNOWN, reason, do)


def list_some(names: list[str]) -> str:
    """Return names for a sentence, cut after five."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
