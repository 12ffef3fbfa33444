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
from chalicelib.inbox import Inbox
from chalicelib.intake import accept_submission
from chalicelib.limiter import Limiter
from chalicelib.models import Submission
from chalicelib.parameters import Parameters
from chalicelib.vault.envelope import InboxSeal

if TYPE_CHECKING:
    from chalicelib.processing import Settling


class Patience(NamedTuple):
    """How long a client waits, in seconds, and how often it tries in all."""

    connect: float
    read: float
    tries: int


# Shopify gives us five seconds in all, cold start included: two tries of one and a half fit.
DOOR_PATIENCE = Patience(connect=1, read=1.5, tries=2)
WORK_PATIENCE = Patience(connect=2, read=10, tries=4)


@dataclass(frozen=True)
class Door:
    """What the routes may do: read settings and the door's own parameters, and accept."""

    settings: Settings
    parameters: Parameters
    inbox: Inbox
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

    def render_keys(self, now: datetime) -> tuple[bytes, ...]:
        """Return the keys of signed page renders, derived from the door's key: one secret to keep."""
        door_key = self.parameters.read_door_key(now)
        return (hmac.new(door_key, b"render", hashlib.sha256).digest(),)


@cache
def open_door() -> Door:
    """Return this container's door."""
    settings = current_settings()
    return Door(
        settings=settings,
        parameters=Parameters(make_client("ssm", DOOR_PATIENCE), settings.parameter_path),
        inbox=Inbox(make_client("dynamodb", DOOR_PATIENCE), f"{settings.prefix}inbox"),
        limiter=Limiter(settings.posts_per_minute),
    )


@lru_cache(maxsize=4)
def build_seal(public_key: str) -> InboxSeal:
    """Build the seal once per published key, so that its data key is reused."""
    return InboxSeal(public_key)


@cache
def open_settling() -> Settling:
    """Return this container's tools for settling."""
    from chalicelib.customers import Customers
    from chalicelib.keys import Keys
    from chalicelib.people import People
    from chalicelib.processing import Settling
    from chalicelib.vault.blindindex import BlindIndex
    from chalicelib.vault.envelope import InboxOpener
    from chalicelib.vault.root import RootSeal

    settings = current_settings()
    dynamodb = make_client("dynamodb", WORK_PATIENCE)
    kms = make_client("kms", WORK_PATIENCE)
    keys = Keys(dynamodb, f"{settings.prefix}keys", RootSeal(split_names(settings.root_key), kms))
    return Settling(
        inbox=Inbox(dynamodb, f"{settings.prefix}inbox"),
        people=People(
            customers=Customers(dynamodb, f"{settings.prefix}customers"),
            keys=keys,
            index=BlindIndex(keys.read_index()),
        ),
        opener=InboxOpener(split_names(settings.inbox_key), kms),
        region=settings.shop_country,
    )


def split_names(names: str) -> list[str]:
    """Split a setting of key names, newest first, at commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


@cache
def make_session() -> Any:
    """Return the one boto3 session of this container."""
    import boto3

    return boto3.session.Session()


def make_client(service: str, patience: Patience) -> Any:
    """Make a client that gives up in time; retries of the standard kind."""
    from botocore.config import Config

    config = Config(
        connect_timeout=patience.connect,
        read_timeout=patience.read,
        retries={"total_max_attempts": patience.tries, "mode": "standard"},
        parameter_validation=False,  # 25 us a call; every request here is built by a tested function
    )
    return make_session().client(service, config=config)
