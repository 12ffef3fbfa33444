"""The messages of the queue between the relay and the targets: one per event and target, with ids and no names."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.store.outbox import Outgoing
from chalicelib.strictjson import parse_object


@dataclass(frozen=True)
class Message:
    """One event for one target. `id` is the event's, the same for all targets; `timestamp` is when it was written."""

    id: str
    target: str
    type: str
    timestamp: str
    data: dict[str, Any]


def make_messages(event: Outgoing, targets: Iterable[str]) -> list[Message]:
    """Return one message per target."""
    data = parse_object(event.data.encode())
    return [Message(event.id, target, event.kind, event.at, data) for target in targets]


def write_message(message: Message) -> str:
    """Return a message as the body that SQS carries."""
    return json.dumps(asdict(message), sort_keys=True, separators=(",", ":"))


def read_message(body: str) -> Message:
    """Read a message's body; raise MalformedError or TypeError for one that `write_message` did not write."""
    return Message(**parse_object(body.encode()))
