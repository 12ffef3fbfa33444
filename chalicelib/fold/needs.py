"""Finds who needs a product again soon, and queues their ids for mails, as the planner does. Nothing is written.

When a product is needed again depends on the sums over everybody, which settling does not open. So no due date of it is
kept with a customer from afar: each night the walk queues those whose mail is due before the next walk ends. What sends
then decides by the sums, or keeps the due date until the hours for mail begin.
"""

import logging
from datetime import datetime, timedelta

from chalicelib.campaigns.agenda import next_due
from chalicelib.campaigns.needs import NO_DEMANDS
from chalicelib.errors import DefinitionError
from chalicelib.models import utc_text
from chalicelib.numbers.learned import read_shelf
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.store.parts import Part

log = logging.getLogger(__name__)

AHEAD = timedelta(hours=30)  # from one walk to the end of the next


class NeedFinder:
    """Queues who needs something soon (`fold.consumer.Consumer`); the estimates are those of the walk before."""

    name = "needs"

    def __init__(self, services: Services) -> None:
        self.services = services
        self.near: list[str] = []

    def begin(self, now: datetime) -> None:
        """Learn what is known of products; nothing while a file of the shop's own has a mistake: no mail goes out."""
        self.now, self.near, self.demands = now, [], NO_DEMANDS
        try:
            self.campaigns = tuple(each for each in self.services.campaigns if each.trigger.learns)
            self.demands = read_shelf(self.services, self.campaigns).demands
        except DefinitionError as fault:
            log.error("campaign_unusable", extra={"reason": str(fault)})

    def resume(self, state: bytes) -> None:
        """Go on with the walk that began then."""
        self.begin(datetime.fromisoformat(state.decode()))

    def add(self, person: Person) -> None:
        """Note a customer whose mail is due soon."""
        if not self.demands:
            return
        due = next_due(person.profile, self.campaigns, self.services.clock, self.now, self.demands)
        if due is not None and due <= self.now + AHEAD:
            self.near.append(person.id)

    def pause(self) -> tuple[bytes, list[Part]]:
        """Queue those who were noted. A walk that is cut before it is saved queues them again: that does no harm."""
        if self.near:
            self.services.outreach_queue.send_ids(self.near)
            self.near = []
        return utc_text(self.now).encode(), []

    def finish(self, now: datetime) -> None:
        """Queue the last of them."""
        self.pause()
