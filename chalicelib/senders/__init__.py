"""Every sender: one module each, pure, without AWS. Adding a sender is one module and one line here.

A sender is known by the address that it posts to and never guessed from the body: `form_response` alone is used by
Typeform, by Google-Forms scripts and by clones.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from chalicelib.errors import UnreadableError
from chalicelib.models import Reading, Submission

SENDERS = {
    "shopify": "chalicelib.senders.shopify",
    "tally": "chalicelib.senders.tally",
    "typeform": "chalicelib.senders.typeform",
    "webhooks": "chalicelib.senders.webhooks",
    "woocommerce": "chalicelib.senders.woocommerce",
}

# What enters by other ways than /hooks: a form's post, a row that the shop imports, a visit of a link, SES's event
# about a mail, our own note about a mail.
OWN_READERS = {
    "form": "chalicelib.senders.form",
    "import": "chalicelib.senders.imported",
    "link": "chalicelib.senders.link",
    "outreach": "chalicelib.senders.outreach",
    "privacy": "chalicelib.senders.privacy",
    "ses": "chalicelib.senders.ses",
}

# What a body that is not what it claims to be makes an interpreter raise; pydantic's ValidationError is a ValueError.
ODD_BODY = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


class Sender(Protocol):
    """What a sender's module offers. `headers` have lower-case names; a repeated header is joined with `, `."""

    CONTENT_TYPES: tuple[str, ...]

    def is_ping(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """Tell a set-up handshake that carries nothing and is answered with exactly 200."""

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime) -> None:
        """Check the signature over the raw bytes against each secret; raise InvalidSignatureError."""

    def parse(self, raw: bytes, headers: Mapping[str, str], now: datetime) -> Submission:
        """Name what arrived, without interpreting it; raise MalformedError where topic and body disagree."""

    def interpret(self, submission: Submission) -> Reading:
        """Say in our words what the body says; raise UnreadableError. Runs when settling, never at the door."""


def find_sender(name: str) -> Sender | None:
    """Return the sender's module, imported on first use, or None."""
    path = SENDERS.get(name)
    return cast(Sender, import_module(path)) if path else None


def read_submission(submission: Submission) -> Reading:
    """Say what a submission says; raise UnreadableError, whose text names the kind of fault and no content."""
    try:
        return interpret_submission(submission)
    except ODD_BODY as fault:
        raise UnreadableError(f"{submission.sender}: {type(fault).__name__}") from None


def interpret_submission(submission: Submission) -> Reading:
    """Ask the form reader or the sender's module; what was reduced says itself what it said."""
    if submission.reduced:
        return Reading.model_validate_json(submission.body)
    own = OWN_READERS.get(submission.sender)
    if own is not None:
        return cast(Reading, import_module(own).interpret(submission))
    sender = find_sender(submission.sender)
    if sender is None:
        raise UnreadableError("unknown sender")
    return sender.interpret(submission)


def reduce_submission(submission: Submission) -> Submission:
    """Return a submission without the parts of its body that we do not use; it is read as before."""
    said = read_submission(submission).model_dump_json(exclude_defaults=True)
    return submission.model_copy(update={"body": said.encode(), "reduced": True})
