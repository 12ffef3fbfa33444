"""When an item may be asked about: the caps of its mailbox and of its network; and how many a run asks about."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.mails.allowance import Allowance
from chalicelib.models import Identity, IdentityKind, Reading, Submission
from chalicelib.optin.addresses import name_mailbox
from chalicelib.services import Services
from chalicelib.shop.limits import CAPS, MOST_WHILE_BAD, NETWORK_CAPS, plan_asking
from chalicelib.store.inbox import InboxItem
from chalicelib.store.mail_limits import RateLimit
from chalicelib.store.table import Part
from chalicelib.store.unconfirmed import Wait


def open_allowance(services: Services, now: datetime) -> Allowance:
    """Return the allowance of a run: small while most of these mails bounce."""
    if not services.ask_reputation.slows_asking(now):
        return Allowance()
    slow = Allowance(MOST_WHILE_BAD)
    slow.tell("bounces")
    return slow


@dataclass(frozen=True)
class Turns:
    """The counts of a mailbox and of a network. An item in LATER has taken its turns already."""

    limits: tuple[RateLimit, ...]
    taken: bool

    def plan_turn(self, now: datetime) -> datetime | None:
        """Return when to ask, or None: the mailbox said no, or all turns of a day are taken."""
        if self.taken:
            return plan_asking((), now, refused_at=self.limits[0].held.refused_at)
        moment: datetime | None = now
        for limit in self.limits[::-1]:
            moment = limit.plan_turn(moment) if moment is not None else None
        return moment

    def take_turns(self, moment: datetime) -> list[Part]:
        """Return the parts that take the turns, if no other worker took one since."""
        if self.taken:
            return self.limits[0].keep_turns(moment)
        return [part for limit in self.limits for part in limit.take_turn(moment)]


def find_turns(item: InboxItem, submission: Submission, reading: Reading, services: Services) -> Turns:
    """Read the counts of an item's mailbox and network."""
    name, people = submission.network, services.people
    network = people.name_rows(Identity(kind=IdentityKind.NETWORK, value=f"ask {name}")) if name else ()
    limits = services.mail_limits
    return Turns(
        (RateLimit(name_mailbox(reading, people), CAPS, limits), RateLimit(network, NETWORK_CAPS, limits)),
        item.pending == Wait.LATER.value,
    )
