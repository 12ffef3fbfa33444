"""Builds what the routes and the event handlers work with, once per container. The composition root.

The door and settling are built apart: what one function never uses, it never imports.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.config import Settings, current_settings
from chalicelib.intake import accept_submission
from chalicelib.limiter import Limiter
from chalicelib.models import Submission
from chalicelib.store.inbox import Inbox
from chalicelib.store.links import Links
from chalicelib.store.parameters import Parameters
from chalicelib.vault.envelope import InboxSeal

if TYPE_CHECKING:
    from chalicelib.data_requests.tools import Answering
    from chalicelib.downstream.delivery import Delivery
    from chalicelib.downstream.relay import Relay
    from chalicelib.erasure.forget import Forgetting
    from chalicelib.erasure.run import Erasing
    from chalicelib.mails.ses import Mailer, Quota
    from chalicelib.models import Profile
    from chalicelib.optin.ask import Asking
    from chalicelib.outreach.tools import Outreach
    from chalicelib.people.directory import People
    from chalicelib.retention.run import Retiring
    from chalicelib.settling.commit import Settling
    from chalicelib.store.customers import Customers
    from chalicelib.store.keys import Keys
    from chalicelib.store.ledger import Ledger
    from chalicelib.store.queues import Queue


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


@dataclass(frozen=True)
class Door:
    """What the routes may do: read settings, the door's own parameters and links, and accept."""

    settings: Settings
    parameters: Parameters
    inbox: Inbox
    links: Links
    limiter: Limiter

    def accept(self, submission: Submission) -> bool:
        """Keep a submission; return False for one kept before. Raise TryAgainLaterError when not kept."""
        now = submission.received_at
        return accept_submission(
            submission,
            inbox=self.inbox,
            seal=build_seal(self.parameters.read_public_key(now)),
            door_key=self.parameters.read_door_key(now),
        )

    def page_token_keys(self, now: datetime) -> tuple[bytes, ...]:
        """Return the keys of signed page renders, derived from the door's key: one secret to keep."""
        door_key = self.parameters.read_door_key(now)
        return (hmac.new(door_key, b"page_token", hashlib.sha256).digest(),)


@cache
def open_door() -> Door:
    """Return this container's door."""
    settings, dynamodb = current_settings(), make_client("dynamodb", DOOR_TIMEOUTS)
    return Door(
        settings=settings,
        parameters=Parameters(make_client("ssm", DOOR_TIMEOUTS), settings.parameter_path),
        inbox=Inbox(dynamodb, f"{settings.prefix}inbox"),
        links=Links(dynamodb, f"{settings.prefix}links"),
        limiter=Limiter(settings.posts_per_minute),
    )


@lru_cache(maxsize=4)
def build_seal(public_key: str) -> InboxSeal:
    """Build the seal once per published key, so that its data key is reused."""
    return InboxSeal(public_key)


@cache
def open_settling() -> Settling:
    """Return this container's tools for settling."""
    from chalicelib.downstream.outbox import Outbox
    from chalicelib.settling.commit import Settling
    from chalicelib.store.links import Links
    from chalicelib.vault.envelope import InboxOpener

    settings, people = current_settings(), open_people()
    kms = make_client("kms", WORK_TIMEOUTS)
    return Settling(
        inbox=Inbox(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}inbox"),
        people=people,
        opener=InboxOpener(split_names(settings.inbox_key), kms),
        region=settings.shop_country,
        find_due=find_due,
        outbox=Outbox(people.customers, wanted=bool(settings.downstream)),
        forgetting=open_forgetting(),
        links=Links(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}links"),
    )


@cache
def open_forgetting() -> Forgetting:
    """Return what makes people unreadable."""
    from chalicelib.downstream.outbox import Outbox
    from chalicelib.erasure.forget import Forgetting
    from chalicelib.store.erasures import ForgetRows

    settings, people = current_settings(), open_people()
    outbox = Outbox(people.customers, wanted=bool(settings.downstream))
    return Forgetting(people, open_ledger(), ForgetRows(people.customers), settings.shop_country, outbox)


@cache
def open_ledger() -> Ledger:
    """Return the record of every erasure."""
    from chalicelib.store.ledger import Ledger

    return Ledger(make_client("dynamodb", WORK_TIMEOUTS), f"{current_settings().prefix}ledger")


@cache
def open_retiring() -> Retiring:
    """Return what lets go of what has been kept long enough."""
    from chalicelib.retention.run import Retiring
    from chalicelib.store.links import Links
    from chalicelib.store.mails import MailRows
    from chalicelib.store.requests import RequestRows
    from chalicelib.store.retention_counts import RetiredRows
    from chalicelib.store.retention_queue import RetentionQueue

    forgetting = open_forgetting()
    customers = forgetting.people.customers
    return Retiring(
        forgetting=forgetting,
        looks=RetentionQueue(customers),
        retired=RetiredRows(customers),
        mails=MailRows(customers),
        links=Links(make_client("dynamodb", WORK_TIMEOUTS), f"{current_settings().prefix}links"),
        requests=RequestRows(customers),
        find_due=find_due,
    )


@cache
def open_erasing() -> Erasing:
    """Return what finishes erasures: sweeps, verifies, signs."""
    from chalicelib.erasure.run import Erasing
    from chalicelib.erasure.sweep import Sweeping
    from chalicelib.store.links import Links
    from chalicelib.vault.signing import Signer

    settings, settling = current_settings(), open_settling()
    sweeping = Sweeping(
        people=settling.people,
        rows=settling.forgetting.rows,
        inbox=settling.inbox,
        links=Links(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}links"),
        opener=settling.opener,
        region=settings.shop_country,
    )
    signer = Signer(settings.receipt_key, make_client("kms", WORK_TIMEOUTS))
    return Erasing(sweeping, settling.forgetting.ledger, signer, settings.shop_name)


@cache
def open_people() -> People:
    """Return this container's way to people and their keys."""
    from chalicelib.people.directory import People
    from chalicelib.store.customers import Customers
    from chalicelib.vault.blindindex import BlindIndex

    settings = current_settings()
    customers = Customers(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}customers")
    keys = open_keys()
    return People(customers=customers, keys=keys, index=BlindIndex(keys.read_index()))


@cache
def open_keys() -> Keys:
    """Return this container's way to the Keys table."""
    from chalicelib.store.keys import Keys
    from chalicelib.vault.root import RootSeal

    settings = current_settings()
    root = RootSeal(split_names(settings.root_key), make_client("kms", WORK_TIMEOUTS))
    return Keys(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}keys", root)


def find_due(profile: Profile, now: datetime) -> datetime | None:
    """Return when a person next has a reason to hear from us, by the campaigns on file."""
    from chalicelib.campaigns.agenda import next_due
    from chalicelib.campaigns.library import list_campaigns, load_shop

    return next_due(profile, list_campaigns(), load_shop(), now)


@cache
def open_planning() -> tuple[Customers, Queue]:
    """Return what finds who is due, and where it queues them: it opens nobody's record."""
    from chalicelib.store.customers import Customers
    from chalicelib.store.queues import Queue

    settings = current_settings()
    customers = Customers(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}customers")
    return customers, Queue(make_client("sqs", WORK_TIMEOUTS), f"{settings.prefix}outreach")


@cache
def open_outreach() -> Outreach:
    """Return this container's tools for sending."""
    from chalicelib.campaigns.library import list_campaigns, load_shop
    from chalicelib.mails.pace import Pace
    from chalicelib.outreach.letters import Writer
    from chalicelib.outreach.tools import Outreach
    from chalicelib.store.facts import Facts
    from chalicelib.store.links import Links
    from chalicelib.store.mails import MailRows
    from chalicelib.store.reputation import MailReputation

    settings, people = current_settings(), open_people()
    links = Links(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}links")
    return Outreach(
        people=people,
        rows=MailRows(people.customers),
        facts=Facts(people.customers),
        reputation=MailReputation(people.customers),
        campaigns=list_campaigns(),
        shop=load_shop(),
        writer=Writer(people, links, open_mailer(), settings, open_keys().read_codes()),
        pace=Pace(),
    )


@cache
def open_asking() -> Asking:
    """Return this container's tools for double opt-in."""
    from chalicelib.mails.pace import Pace
    from chalicelib.optin.ask import Asking
    from chalicelib.store.links import Links
    from chalicelib.store.unconfirmed import Unconfirmed
    from chalicelib.vault.envelope import InboxOpener

    settings = current_settings()
    dynamodb = make_client("dynamodb", WORK_TIMEOUTS)
    return Asking(
        unconfirmed=Unconfirmed(Inbox(dynamodb, f"{settings.prefix}inbox")),
        opener=InboxOpener(split_names(settings.inbox_key), make_client("kms", WORK_TIMEOUTS)),
        people=open_people(),
        links=Links(dynamodb, f"{settings.prefix}links"),
        mailer=open_mailer(),
        shop=settings,
        pace=Pace(),
    )


@cache
def open_answering() -> Answering:
    """Return this container's tools for requests of people about their data."""
    from chalicelib.campaigns.library import list_campaigns, load_shop
    from chalicelib.data_requests.tools import Answering
    from chalicelib.mails.pace import Pace
    from chalicelib.store.links import Links

    settings = current_settings()
    return Answering(
        people=open_people(),
        links=Links(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}links"),
        mailer=open_mailer(),
        shop=settings,
        pace=Pace(),
        campaigns=list_campaigns(),
        clock=load_shop(),
    )


@cache
def open_relay() -> Relay:
    """Return this container's tools for relaying: it opens nobody's record, and reaches nothing outside."""
    from chalicelib.downstream.outbox import Outbox
    from chalicelib.downstream.queue import Messages
    from chalicelib.downstream.relay import Relay
    from chalicelib.downstream.target import split_targets
    from chalicelib.store.customers import Customers

    settings = current_settings()
    customers = Customers(make_client("dynamodb", WORK_TIMEOUTS), f"{settings.prefix}customers")
    return Relay(
        outbox=Outbox(customers, wanted=bool(settings.downstream)),
        messages=Messages(make_client("sqs", WORK_TIMEOUTS), f"{settings.prefix}downstream"),
        targets=tuple(split_targets(settings.downstream)),
    )


@cache
def open_delivery() -> Delivery:
    """Return this container's tools for posting to the shop's own systems: it reads no table."""
    from chalicelib.downstream.delivery import Delivery
    from chalicelib.downstream.public_address import Network
    from chalicelib.downstream.queue import Messages
    from chalicelib.downstream.target import split_targets

    settings = current_settings()
    return Delivery(
        targets=split_targets(settings.downstream),
        local=settings.stage == "local",
        parameters=Parameters(make_client("ssm", WORK_TIMEOUTS), settings.downstream_path),
        messages=Messages(make_client("sqs", WORK_TIMEOUTS), f"{settings.prefix}downstream"),
        network=Network(),
    )


def open_mailer() -> Mailer:
    """Return what sends mails as the shop."""
    from email.utils import formataddr

    from chalicelib.mails.ses import Mailer

    settings = current_settings()
    return Mailer(open_ses(), formataddr((settings.shop_name, settings.mail_from)), settings.configuration_set)


def open_quota() -> Quota:
    """Ask SES what may be sent now; the question also opens the connection that the next mail goes through."""
    from chalicelib.mails.ses import read_quota

    return read_quota(open_ses())


@cache
def open_ses() -> Any:
    """Return the one SES client: the quota's question keeps the connection open that the mails use."""
    return make_client("sesv2", SEND_TIMEOUTS)


def split_names(names: str) -> list[str]:
    """Split a setting of key names, newest first, at commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


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
