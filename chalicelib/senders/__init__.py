"""Every sender: one module each, pure, without AWS.

A new sender is a member of `SenderName`, a module, and one line here.

A foreign sender is known by the address that it posts to and never guessed from the body: `form_response` alone is
used by Typeform, by Google Forms scripts and by clones.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Reading, SenderName, Submission
from chalicelib.senders.clamp import clamp_times
from chalicelib.senders.delivery import UNKNOWN
from chalicelib.senders.order_states import UNKNOWN_STATE, report_state
from chalicelib.senders.source import Source

# The senders that post to /hooks/<name>.
SENDERS = {
    SenderName.SHOPIFY: "chalicelib.senders.shopify",
    SenderName.SQUARE: "chalicelib.senders.square",
    SenderName.STRIPE: "chalicelib.senders.stripe",
    SenderName.TALLY: "chalicelib.senders.tally",
    SenderName.TYPEFORM: "chalicelib.senders.typeform",
    SenderName.WEBHOOKS: "chalicelib.senders.webhooks",
    SenderName.WOOCOMMERCE: "chalicelib.senders.woocommerce",
}
# What the service itself writes: answers to its forms, imported rows, visits of links, notes about mails, requests
# about data, the mail events of SES, what staff put down at the desk, and what a till sealed.
OWN_READERS = {
    SenderName.FORM: "chalicelib.senders.form",
    SenderName.IMPORT: "chalicelib.senders.imported",
    SenderName.LINK: "chalicelib.senders.link",
    SenderName.OUTREACH: "chalicelib.senders.outreach",
    SenderName.PRIVACY: "chalicelib.senders.privacy",
    SenderName.SES: "chalicelib.senders.ses",
    SenderName.STAFF: "chalicelib.senders.staff",
    SenderName.TILL: "chalicelib.senders.till",
}
MODULES = {**SENDERS, **OWN_READERS}

# What an interpreter raises for a body of another shape than its sender's; pydantic's ValidationError is a ValueError.
ODD_BODY = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    ArithmeticError,
    MalformedError,
    TooLargeError,
)


class Reader(Protocol):
    """What the module of every sender offers."""

    SOURCE: Source

    def interpret(self, submission: Submission) -> Reading:
        """Return what the body says; raise UnreadableError. Runs when settling, never at the door."""


class Sender(Reader, Protocol):
    """What a foreign sender's module offers. `headers` have lower-case names; a repeated header is joined with `, `."""

    CONTENT_TYPES: tuple[str, ...]

    def is_ping(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Return whether this is a set-up handshake that carries nothing and is answered with exactly 200."""

    def verify(
        self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime, *, address: str
    ) -> None:
        """Check the signature over the raw bytes against each secret; raise InvalidSignatureError.

        `address` is the address that the sender posts to, from the settings: a Host header may hold anything.
        """

    def parse(self, raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
        """Name what arrived, without interpreting it. Refuses nothing: what cannot be read is parked when settled."""


def find_sender(name: str) -> Sender | None:
    """Return a foreign sender's module, imported on first use, or None."""
    return cast(Sender, load_module(name)) if name in SENDERS else None


def find_reader(name: str) -> Reader | None:
    """Return the module of any sender, imported on first use, or None for one that this version does not have."""
    return cast(Reader, load_module(name)) if name in MODULES else None


def load_module(name: str) -> Any:
    """Return a sender's module, imported on first use; raise ValueError for a name that is no sender's."""
    return import_module(MODULES[SenderName(name)])


def read_submission(submission: Submission) -> Reading:
    """Return what a submission says; raise UnreadableError, whose text names the kind of fault and no content."""
    try:
        reading = clamp_times(interpret_submission(submission), submission.received_at)
    except ODD_BODY as fault:
        raise UnreadableError(f"{submission.sender}: {type(fault).__name__}") from None
    if state := reading.notes.get(UNKNOWN_STATE):
        report_state(submission.sender, str(state))
    return reading


def interpret_submission(submission: Submission) -> Reading:
    """Return a reduced body, which is a Reading in JSON, as that Reading; any other by its sender's module."""
    if submission.reduced:
        return Reading.model_validate_json(submission.body)
    reader = find_reader(submission.sender)
    if reader is None:
        raise UnreadableError("unknown sender")
    if submission.sender in SENDERS and submission.topic == UNKNOWN:
        raise UnreadableError(f"{submission.sender}: the topic is missing or odd")
    return reader.interpret(submission)


def reduce_submission(submission: Submission) -> Submission:
    """Return a submission whose body holds only the fields that we use; its Reading stays the same."""
    reading = read_submission(submission).model_dump_json(exclude_defaults=True)
    return submission.model_copy(update={"body": reading.encode(), "reduced": True})
