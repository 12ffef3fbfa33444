"""The inbox items that wait for staff or a confirmation: parked, quarantined, unconfirmed. A run opens each once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from chalicelib.addresses import normalise_email
from chalicelib.erasure.tombstones import happened_at
from chalicelib.errors import RegularsError
from chalicelib.models import Identity, IdentityKind, Submission, utc_text
from chalicelib.people.identity import list_identities
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.store.inbox import ORPHANS, InboxItem, State
from chalicelib.store.unconfirmed import Wait

WAITING = (State.PARKED.value, State.QUARANTINED.value, State.NAMELESS.value, ORPHANS, *(wait.value for wait in Wait))
ADDRESS = re.compile(rb"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,253}")
MOST_WAITING = 100_000  # of each list


@dataclass(frozen=True)
class WaitingItem:
    """One item: which index rows its submission names, and when that happened (RFC 3339 UTC)."""

    key: str
    rows: frozenset[str]
    at: str


class WaitingItems:
    """Reads the lists on first use; `find_about` reads the items that it returns again."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def find_about(self, rows: set[str], gone_at: str) -> list[tuple[str, State]]:
        """Return (key, state) of items that name one of these index rows and happened up to then, as they are now."""
        about = [item.key for item in self.items if item.rows & rows and item.at <= gone_at]
        found = [self.services.inbox.read_item(key) for key in about]
        return [(item.key, item.state) for item in found if item is not None and item.sealed]

    @cached_property
    def items(self) -> tuple[WaitingItem, ...]:
        """Return every waiting item that can be read."""
        return tuple(self.read_items())

    def read_items(self) -> Iterator[WaitingItem]:
        """Yield every waiting item that can be opened."""
        inbox = self.services.inbox
        for queue in WAITING:
            for key in inbox.list_pending(queue, most=MOST_WAITING):
                item = inbox.read_item(key)
                known = self.open_item(item) if item is not None and item.sealed else None
                if known is not None:
                    yield known

    def open_item(self, item: InboxItem) -> WaitingItem | None:
        """Return an item with its names, or None where it cannot be opened or interpreted."""
        services = self.services
        try:
            submission = services.opener.open_submission(item.key, item.sealed)
        except RegularsError:
            return None
        names, at = self.read_names(submission)
        found = (Identity(kind=IdentityKind.EMAIL, value=address) for address in find_addresses(submission.body))
        rows = frozenset(row for name in {*names, *found} for row in services.people.name_rows(name))
        return WaitingItem(item.key, rows, utc_text(at))

    def read_names(self, submission: Submission) -> tuple[tuple[Identity, ...], datetime]:
        """Return the names in a submission and when it happened; one that cannot be interpreted has its body alone."""
        try:
            reading = read_submission(submission)
        except RegularsError:
            return (), submission.occurred_at
        names = list_identities(submission, reading, self.services.settings.shop_country)
        return names, happened_at(submission, reading)


def find_addresses(body: bytes) -> set[str]:
    """Return every e-mail address that stands anywhere in a body, normalised."""
    found = (normalise_email(text.decode()) for text in ADDRESS.findall(body))
    return {address for address in found if address}
