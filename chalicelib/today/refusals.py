"""Senders in use whose latest delivery was refused, since yesterday by the shop's clock.

Anybody can post to a sender's address, so a sender that never delivered is left out, and one that delivered since.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from chalicelib.senders import SENDERS
from chalicelib.services import Services
from chalicelib.store.deliveries import LastDelivery


@dataclass(frozen=True)
class Refusal:
    """A sender, when its latest delivery was refused (RFC 3339 UTC), and why: a word of `store/deliveries`."""

    sender: str
    at: str
    why: str


def list_refusals(services: Services, now: datetime) -> tuple[Refusal, ...]:
    """Return these senders, by one call."""
    yesterday = now.astimezone(services.zone).date() - timedelta(days=1)
    since = datetime.combine(yesterday, time(), services.zone)
    found = services.deliveries.read_last(list(SENDERS))
    return tuple(Refusal(name, one.refused_at, one.why) for name, one in found.items() if is_refused(one, since))


def is_refused(last: LastDelivery, since: datetime) -> bool:
    """Return whether a sender in use was refused since a moment, and delivered nothing later."""
    if not (last.accepted_at and last.refused_at):
        return False
    refused = datetime.fromisoformat(last.refused_at)
    return refused >= since and refused > datetime.fromisoformat(last.accepted_at)
