"""A limit on the posts of one network address, counted in this container alone.

The limit for all containers is at the gateway (method throttling, WAF); this one stops a single noisy address without a
second AWS call. Its counts end with the container. Mail has caps of its own.
"""

from collections import OrderedDict
from datetime import datetime
from ipaddress import IPv6Address, ip_network

REMEMBERED = 10_000  # addresses; the least recently seen is forgotten first


class Limiter:
    """A token bucket per address: `per_minute` at once, refilled evenly."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take_turn(self, address: str, now: datetime) -> bool:
        """Take a turn for this address; return False when it has none left.

        An IPv6 caller is counted by its /64: one caller has all addresses of a /64 (RFC 6177).
        """
        address = fold_address(address)
        tokens, since = self.buckets.pop(address, (float(self.per_minute), now))
        elapsed = max(0.0, (now - since).total_seconds())
        tokens = min(float(self.per_minute), tokens + elapsed * self.per_minute / 60)
        allowed = tokens >= 1
        self.buckets[address] = (tokens - 1 if allowed else tokens, now)
        if len(self.buckets) > REMEMBERED:
            self.buckets.popitem(last=False)
        return allowed


def fold_address(address: str) -> str:
    """Return the /64 of an IPv6 address, anything else as it is."""
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))
