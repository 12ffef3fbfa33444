"""What a waiting inbox item says, so that staff can judge whether to release it; the look is noted first."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import MalformedError, RegularsError
from chalicelib.models import JsonValue, Submission
from chalicelib.people.identity import list_identities
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.store.inbox import InboxItem
from chalicelib.strictjson import parse_json
from chalicelib.today.actor import Actor


@dataclass(frozen=True)
class Look:
    """An opened item: its submission, and each value of its body with the place of the value."""

    item: InboxItem
    submission: Submission
    values: tuple[tuple[str, str], ...]


def list_values(value: JsonValue, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value of a JSON body under its path, e.g. `fields.email` or `line_items.0.title`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from list_values(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from list_values(inner, f"{name}.{place}".lstrip("."))
    else:
        yield name, value if isinstance(value, str) else json.dumps(value)


def read_values(submission: Submission) -> list[tuple[str, str]]:
    """Return the values of a body; one that is no JSON is one value."""
    try:
        return list(list_values(parse_json(submission.body)))
    except MalformedError:
        return [("body", submission.body.decode("utf-8", "replace"))]


def find_customer(submission: Submission, services: Services) -> str:
    """Return the id of the customer whom an item names, or ""."""
    try:
        reading = read_submission(submission)
    except RegularsError:
        return ""
    names = list_identities(submission, reading, services.settings.shop_country)
    return next((found for name in names if (found := services.people.find_customer(name))), "")


def look_at(item: InboxItem, services: Services, actor: Actor, reason: str, now: datetime) -> Look:
    """Note the look under the customer whom the item names, or under the item; then return what it says.

    Raise SealBrokenError for an item that cannot be opened, RaceLostError for somebody who may act no more.
    """
    submission = services.opener.open_submission(item.key, item.sealed)
    actor.commit_noted(services, find_customer(submission, services) or item.key, reason, now)
    return Look(item, submission, tuple(read_values(submission)))
