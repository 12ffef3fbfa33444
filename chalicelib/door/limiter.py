"""A limit on the posts of one network address, counted in this container alone.

The limit for all containers is at the gateway (method throttling, WAF); this one stops a single noisy address without a
second AWS call. Its counts end with the container. Mail has caps of its own.
"""

from collections import OrderedDict
from datetime import datetime

REMEMBERED = 10_000  # addresses; the least recently seen is forgotten first


class Limiter:
    """A token bucket per address: `per_minute` at once, refilled evenly."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take_turn(self, address: str, now: datetime) -> bool:
        """Take a turn for this address; return False when it has none left."""
        tokens, since = self.buckets.pop(address, (float(self.per_minute), now))
        elapsed = max(0.0, (now - since).total_seconds())
        tokens = min(float(self.per_minute), tokens + elapsed * self.per_minute / 60)
        allowed = tokens >= 1
        self.buckets[address] = (tokens - 1 if allowed else tokens, now)
        if len(self.buckets) > REMEMBERED:
            self.buckets.popitem(last=False)
        return allowed
