"""What sending works with."""

from dataclasses import dataclass

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock
from chalicelib.mails.pace import Pace
from chalicelib.outreach.letters import Writer
from chalicelib.people.directory import People
from chalicelib.store.facts import Facts
from chalicelib.store.mails import MailRows
from chalicelib.store.reputation import MailReputation

TURNS = 5  # tries against rivals before somebody is left to the next run
LOOK_BACK_WEEKS = 6  # days that the planner missed are caught up; each occasion ends at its not_after


@dataclass(frozen=True)
class Outreach:
    """What sending works with."""

    people: People
    rows: MailRows
    facts: Facts
    reputation: MailReputation
    campaigns: tuple[Campaign, ...]
    shop: ShopClock
    writer: Writer
    pace: Pace

    def find_campaign(self, name: str) -> Campaign | None:
        """Return a campaign that is on file."""
        return next((campaign for campaign in self.campaigns if campaign.name == name), None)
