"""What a Lambda function works with: one client per AWS service, the tables' rows, people, mails. The one composition.

Each piece is made on first use and imported there, so that a function loads no more than it uses; a test holds that for
each function. A test hands in its own `connect` and works with the same class.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.config import Settings, current_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.campaigns.definition import Campaign
    from chalicelib.campaigns.shop import ShopClock
    from chalicelib.mails.pace import Pace
    from chalicelib.mails.ses import Mailer
    from chalicelib.models import Profile
    from chalicelib.people.directory import People
    from chalicelib.store.audit import Audit
    from chalicelib.store.budgets import Budgets
    from chalicelib.store.erasures import Erasures
    from chalicelib.store.facts import Facts
    from chalicelib.store.identities import Identities
    from chalicelib.store.inbox import Inbox
    from chalicelib.store.keys import Keys
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.links import Links
    from chalicelib.store.mail_limits import MailLimits
    from chalicelib.store.mails import MailRows
    from chalicelib.store.old_links import OldLinks
    from chalicelib.store.outbox import Outbox
    from chalicelib.store.parameters import Parameters
    from chalicelib.store.people_rows import PeopleRows
    from chalicelib.store.queues import Queue
    from chalicelib.store.reputation import MailReputation
    from chalicelib.store.requests import RequestRows
    from chalicelib.store.retention_counts import RetentionCounts
    from chalicelib.store.retention_queue import RetentionQueue
    from chalicelib.store.shop_erasures import ShopErasures
    from chalicelib.store.suppressions import Suppressions
    from chalicelib.store.table import Table
    from chalicelib.store.unconfirmed import Unconfirmed
    from chalicelib.vault.envelope import InboxOpener
    from chalicelib.vault.signing import Signer


class ClientTimeouts(NamedTuple):
    """How long a client waits, in seconds, and how often it tries in all."""

    connect: float
    read: float
    tries: int


# Shopify gives us five seconds in all, cold start included: two tries of one and a half fit.
DOOR_TIMEOUTS = ClientTimeouts(connect=1, read=1.5, tries=2)
WORK_TIMEOUTS = ClientTimeouts(connect=2, read=10, tries=4)
# One attempt on the wire: SES has no idempotency token, and botocore's retries sent one mail three times (measured).
SEND_TIMEOUTS = ClientTimeouts(connect=2, read=8, tries=1)


@cache
def make_session() -> Any:
    """Return the one boto3 session of this container."""
    import boto3

    return boto3.session.Session()


def make_client(service: str, timeouts: ClientTimeouts) -> Any:
    """Make a client that gives up in time; retries of the standard kind."""
    from botocore.config import Config

    config = Config(
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
        retries={"total_max_attempts": timeouts.tries, "mode": "standard"},
        parameter_validation=False,  # 25 us a call; every request here is built by a tested function
    )
    return make_session().client(service, config=config)


class Services:
    """Everything a function may work with. `connect` makes a client of an AWS service."""

    def __init__(self, settings: Settings, connect: Callable[[str, ClientTimeouts], Any] = make_client) -> None:
        """Take the settings; nothing is made yet."""
        self.settings = settings
        self.connect = connect

    # AWS -------------------------------------------------------------------------------------------------------------

    @cached_property
    def dynamodb(self) -> Any:
        return self.connect("dynamodb", WORK_TIMEOUTS)

    @cached_property
    def kms(self) -> Any:
        return self.connect("kms", WORK_TIMEOUTS)

    @cached_property
    def sqs(self) -> Any:
        return self.connect("sqs", WORK_TIMEOUTS)

    @cached_property
    def ses(self) -> Any:
        """Return the one SES client: asking for the quota opens the connection that the mails use."""
        return self.connect("sesv2", SEND_TIMEOUTS)

    # Tables, queues, parameters --------------------------------------------------------------------------------------

    def open_table(self, name: str) -> Table:
        """Return one of the stage's tables, e.g. `customers`."""
        from chalicelib.store.table import Table

        return Table(self.dynamodb, f"{self.settings.prefix}{name}")

    def open_queue(self, name: str) -> Queue:
        """Return one of the stage's queues, e.g. `outreach`."""
        from chalicelib.store.queues import Queue

        return Queue(self.sqs, f"{self.settings.prefix}{name}")

    @cached_property
    def table(self) -> Table:
        """Return the Customers table, which most rows are in."""
        return self.open_table("customers")

    @cached_property
    def inbox(self) -> Inbox:
        from chalicelib.store.inbox import Inbox

        return Inbox(self.open_table("inbox"))

    @cached_property
    def links(self) -> Links:
        from chalicelib.store.links import Links

        return Links(self.open_table("links"))

    @cached_property
    def ledger(self) -> Ledger:
        from chalicelib.store.ledger import Ledger

        return Ledger(self.open_table("ledger"))

    @cached_property
    def keys(self) -> Keys:
        from chalicelib.store.keys import Keys
        from chalicelib.vault.root import RootSeal

        return Keys(self.open_table("keys"), RootSeal(split_names(self.settings.root_key), self.kms))

    @cached_property
    def signing_secrets(self) -> Parameters:
        """Return the secrets that sign events to the shop's own systems."""
        from chalicelib.store.parameters import Parameters

        return Parameters(self.connect("ssm", WORK_TIMEOUTS), self.settings.downstream_path)

    @cached_property
    def outreach_queue(self) -> Queue:
        return self.open_queue("outreach")

    @cached_property
    def downstream_queue(self) -> Queue:
        return self.open_queue("downstream")

    # Rows of the Customers table -------------------------------------------------------------------------------------

    @cached_property
    def people_rows(self) -> PeopleRows:
        from chalicelib.store.people_rows import PeopleRows

        return PeopleRows(self.table)

    @cached_property
    def identities(self) -> Identities:
        from chalicelib.store.identities import Identities

        return Identities(self.table)

    @cached_property
    def mails(self) -> MailRows:
        from chalicelib.store.mails import MailRows

        return MailRows(self.table)

    @cached_property
    def suppressions(self) -> Suppressions:
        from chalicelib.store.suppressions import Suppressions

        return Suppressions(self.table)

    @cached_property
    def budgets(self) -> Budgets:
        from chalicelib.store.budgets import Budgets

        return Budgets(self.table)

    @cached_property
    def facts(self) -> Facts:
        from chalicelib.store.facts import Facts

        return Facts(self.table)

    @cached_property
    def reputation(self) -> MailReputation:
        from chalicelib.store.reputation import MailReputation

        return MailReputation(self.table)

    @cached_property
    def mail_limits(self) -> MailLimits:
        from chalicelib.store.mail_limits import MailLimits

        return MailLimits(self.table)

    @cached_property
    def requests(self) -> RequestRows:
        from chalicelib.store.requests import RequestRows

        return RequestRows(self.table)

    @cached_property
    def erasures(self) -> Erasures:
        from chalicelib.store.erasures import Erasures

        return Erasures(self.table)

    @cached_property
    def shop_erasures(self) -> ShopErasures:
        from chalicelib.store.shop_erasures import ShopErasures

        return ShopErasures(self.table)

    @cached_property
    def retention_queue(self) -> RetentionQueue:
        from chalicelib.store.retention_queue import RetentionQueue

        return RetentionQueue(self.table)

    @cached_property
    def retention_counts(self) -> RetentionCounts:
        from chalicelib.store.retention_counts import RetentionCounts

        return RetentionCounts(self.table)

    @cached_property
    def old_links(self) -> OldLinks:
        from chalicelib.store.old_links import OldLinks

        return OldLinks(self.table)

    @cached_property
    def audit(self) -> Audit:
        from chalicelib.store.audit import Audit

        return Audit(self.table)

    @cached_property
    def outbox(self) -> Outbox:
        from chalicelib.store.outbox import Outbox

        return Outbox(self.table, wanted=bool(self.settings.downstream))

    @cached_property
    def unconfirmed(self) -> Unconfirmed:
        from chalicelib.store.unconfirmed import Unconfirmed

        return Unconfirmed(self.inbox)

    # People, mails, campaigns ----------------------------------------------------------------------------------------

    @cached_property
    def people(self) -> People:
        from chalicelib.people.directory import People
        from chalicelib.vault.blindindex import BlindIndex

        return People(self.people_rows, self.identities, self.keys, BlindIndex(self.keys.read_index()))

    @cached_property
    def opener(self) -> InboxOpener:
        from chalicelib.vault.envelope import InboxOpener

        return InboxOpener(split_names(self.settings.inbox_key), self.kms)

    @cached_property
    def signer(self) -> Signer:
        """Return what signs receipts of erasures."""
        from chalicelib.vault.signing import Signer

        return Signer(self.settings.receipt_key, self.kms)

    @cached_property
    def mailer(self) -> Mailer:
        from email.utils import formataddr

        from chalicelib.mails.ses import Mailer

        sender = formataddr((self.settings.shop_name, self.settings.mail_from))
        return Mailer(self.ses, sender, self.settings.configuration_set)

    @cached_property
    def pace(self) -> Pace:
        from chalicelib.mails.pace import Pace

        return Pace()

    @cached_property
    def code_secret(self) -> bytes:
        """Return the secret that makes a person's code the same each time in one campaign."""
        return self.keys.read_codes()

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        from chalicelib.campaigns.library import list_campaigns

        return list_campaigns()

    @cached_property
    def clock(self) -> ShopClock:
        """Return the shop's time zone, send window and caps."""
        from chalicelib.campaigns.library import load_shop

        return load_shop()

    def find_campaign(self, name: str) -> Campaign | None:
        """Return a campaign that is on file."""
        return next((campaign for campaign in self.campaigns if campaign.name == name), None)

    def find_due(self, profile: Profile, now: datetime) -> datetime | None:
        """Return when a person next has a reason to hear from the shop, by the campaigns on file."""
        from chalicelib.campaigns.agenda import next_due

        return next_due(profile, self.campaigns, self.clock, now)


@cache
def current_services() -> Services:
    """Return this container's services."""
    return Services(current_settings())


def split_names(names: str) -> list[str]:
    """Split a setting of key names, newest first, at commas."""
    return [name.strip() for name in names.split(",") if name.strip()]
