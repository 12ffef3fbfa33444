"""What a Lambda function works with: one client per AWS service, the tables' rows, people, mails. The one composition.

Each piece is made on first use and imported there, so that a function loads no more than it uses; a test holds that for
each function. A test hands in its own `connect` and works with the same class.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from chalicelib.config import current_settings
from chalicelib.errors import DefinitionError
from chalicelib.services.clients import (
    DOOR_TIMEOUTS,
    NOTE_TIMEOUTS,
    SEND_TIMEOUTS,
    WORK_TIMEOUTS,
    make_client,
    make_session,
)
from chalicelib.services.tables import split_names
from chalicelib.services.walks import WalkTables

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from chalicelib.campaigns.definition import Campaign
    from chalicelib.campaigns.needs import Demands
    from chalicelib.campaigns.shop import ShopClock
    from chalicelib.mails.pace import Pace
    from chalicelib.mails.ses import Mailer
    from chalicelib.models import Profile
    from chalicelib.people.directory import People
    from chalicelib.store.codes import Batches, Codes
    from chalicelib.store.halts import Halts
    from chalicelib.store.handovers import Handovers
    from chalicelib.store.parameters import Parameters
    from chalicelib.store.reputation import MailReputation
    from chalicelib.vault.envelope import InboxOpener, InboxSeal
    from chalicelib.vault.signing import Signer

__all__ = [
    "DOOR_TIMEOUTS",
    "NOTE_TIMEOUTS",
    "SEND_TIMEOUTS",
    "WORK_TIMEOUTS",
    "Services",
    "current_services",
    "make_client",
    "make_session",
]


class Services(WalkTables):
    """Everything a function may work with."""

    @cached_property
    def people(self) -> People:
        from chalicelib.people.directory import People
        from chalicelib.vault.blindindex import BlindIndex

        return People(self.people_rows, self.identities, self.keys, BlindIndex(self.keys.read_index()))

    @cached_property
    def handovers(self) -> Handovers:
        from chalicelib.store.handovers import Handovers

        return Handovers(self.table)

    @cached_property
    def opener(self) -> InboxOpener:
        from chalicelib.vault.envelope import InboxOpener

        return InboxOpener(split_names(self.settings.inbox_key), self.kms)

    @cached_property
    def resealer(self) -> InboxSeal:
        """Return what seals an inbox item anew, after a till's entry was opened."""
        from chalicelib.vault.envelope import InboxSeal

        return InboxSeal(self.opener.read_public())

    @cached_property
    def signer(self) -> Signer:
        """Return what signs receipts of erasures."""
        from chalicelib.vault.signing import Signer

        return Signer(self.settings.receipt_key, self.kms)

    @cached_property
    def mailer(self) -> Mailer:
        from email.utils import formataddr

        from chalicelib.mails.ses import Mailer
        from chalicelib.shop.brand import name_shop

        sender = formataddr((name_shop(self.settings), self.settings.mail_from))
        return Mailer(self.ses, sender, self.settings.configuration_set)

    @cached_property
    def pace(self) -> Pace:
        from chalicelib.mails.pace import Pace

        return Pace()

    @cached_property
    def ask_reputation(self) -> MailReputation:
        """Return what counts the mails that any visitor can cause, over two days."""
        from chalicelib.store.reputation import MailReputation

        return MailReputation(self.table, "ask-", days=2)

    @cached_property
    def halts(self) -> Halts:
        from chalicelib.store.halts import Halts

        return Halts(self.table)

    @cached_property
    def codes(self) -> Codes:
        from chalicelib.store.codes import Codes

        return Codes(self.open_table("offers"))

    @cached_property
    def batches(self) -> Batches:
        from chalicelib.store.codes import Batches

        return Batches(self.open_table("offers"))

    @cached_property
    def shop_access(self) -> Parameters:
        """Return the addresses and tokens of the shop systems at which codes are made."""
        from chalicelib.store.parameters import Parameters

        return Parameters(self.connect("ssm", WORK_TIMEOUTS), self.settings.offers_path)

    @cached_property
    def code_secret(self) -> bytes:
        """Return the secret under which the facts of campaigns name orders."""
        return self.keys.read_codes()

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        """Return the campaigns that run."""
        from chalicelib.campaigns.library import list_campaigns

        found = list_campaigns(try_out=self.settings.try_out)
        return tuple(each.hold_nobody() for each in found) if self.settings.try_out else found

    @cached_property
    def clock(self) -> ShopClock:
        """Return the shop's time zone, send window and caps."""
        from chalicelib.campaigns.library import load_shop

        return load_shop()

    def list_going(self) -> tuple[Campaign, ...]:
        """Return the campaigns that run and that staff did not stop, as it is now; raise DefinitionError."""
        return self.leave_out(self.halts.read_halts([each.name for each in self.campaigns]))

    def leave_out(self, stopped: Collection[str]) -> tuple[Campaign, ...]:
        """Return the campaigns that run without those of some names."""
        return tuple(each for each in self.campaigns if each.name not in stopped)

    @property
    def zone(self) -> ZoneInfo:
        """Return the shop's time zone; UTC while its file has a mistake."""
        from zoneinfo import ZoneInfo

        try:
            return ZoneInfo(self.clock.time_zone)
        except DefinitionError:
            return ZoneInfo("UTC")

    def find_campaign(self, name: str) -> Campaign | None:
        """Return a campaign that runs."""
        return next((campaign for campaign in self.campaigns if campaign.name == name), None)

    def find_due(self, profile: Profile, now: datetime, demands: Demands | None = None) -> datetime | None:
        """Return when a person next has a reason to hear from the shop, by the campaigns that run.

        Without `demands` no product is needed again: the walk over everybody looks for that each night.
        """
        from chalicelib.campaigns.agenda import next_due

        return next_due(profile, self.campaigns, self.clock, now, demands or {})


@cache
def current_services() -> Services:
    """Return this container's services."""
    return Services(current_settings())
