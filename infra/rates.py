"""EventBridge's rate(...) expressions, the only ones that app.py declares."""

import re
from datetime import timedelta

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)", re.IGNORECASE)


def read_rate(expression: str) -> timedelta:
    """Return how often a schedule fires; raise ValueError for an expression that is no rate."""
    rate = RATE.fullmatch(expression)
    if rate is None:
        raise ValueError(f"not a rate: {expression}")
    return timedelta(**{f"{rate[2].lower()}s": int(rate[1])})
