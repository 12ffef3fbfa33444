"""The door: the services of the public routes. It accepts submissions and looks up links, and does nothing else.

It is kept apart from `services`: the function that answers the internet can reach no person, no key and no mail.
"""

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from chalicelib.config import Settings, current_settings
from chalicelib.door.budget import PostBudget
from chalicelib.door.deliveries import DeliveryNotes
from chalicelib.door.intake import accept_submission, name_submission
from chalicelib.door.limiter import Limiter
from chalicelib.errors import TryAgainLaterError
from chalicelib.models import Submission
from chalicelib.services import DOOR_TIMEOUTS, NOTE_TIMEOUTS, make_client
from chalicelib.store.inbox import Inbox
from chalicelib.store.links import Links
from chalicelib.store.parameters import Parameters
from chalicelib.store.table import Table
from chalicelib.vault.envelope import InboxSeal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Door:
    """Reads settings, the door's own parameters and links; accepts submissions."""

    settings: Settings
    parameters: Parameters
    inbox: Inbox
    links: Links
    limiter: Limiter
    budget: PostBudget
    deliveries: DeliveryNotes

    def accept(self, submission: Submission) -> bool:
        """Keep a submission; return False for one kept before. Raise TryAgainLaterError when not kept."""
        now = submission.received_at
        return accept_submission(
            submission,
            inbox=self.inbox,
            seal=build_seal(self.parameters.read_public_key(now)),
            door_key=self.parameters.read_door_key(now),
        )

    def name_submission(self, submission: Submission) -> str:
        """Return the key that a submission has in the inbox."""
        return name_submission(submission, self.parameters.read_door_key(submission.received_at))

    def page_token_keys(self, now: datetime) -> tuple[bytes, ...]:
        """Return the keys of signed page tokens, derived from the door's key: one secret to keep."""
        door_key = self.parameters.read_door_key(now)
        return (hmac.new(door_key, b"page", hashlib.sha256).digest(),)


@cache
def open_door() -> Door:
    """Return this container's door. Raise TryAgainLaterError where the stage does not know its own address yet."""
    settings = current_settings()
    if not settings.public_url:
        log.warning("public_url_lacking")
        raise TryAgainLaterError("Not ready: please send it again.")
    dynamodb = make_client("dynamodb", DOOR_TIMEOUTS)
    return Door(
        settings=settings,
        parameters=Parameters(make_client("ssm", DOOR_TIMEOUTS), settings.parameter_path),
        inbox=Inbox(Table(dynamodb, f"{settings.prefix}inbox")),
        links=Links(Table(dynamodb, f"{settings.prefix}links")),
        limiter=Limiter(settings.posts_per_minute),
        budget=PostBudget(),
        deliveries=DeliveryNotes(lambda: make_client("dynamodb", NOTE_TIMEOUTS), f"{settings.prefix}links"),
    )


@lru_cache(maxsize=4)
def build_seal(public_key: str) -> InboxSeal:
    """Build the seal once per published key, so that its data key is reused."""
    return InboxSeal(public_key)
