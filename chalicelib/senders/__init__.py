"""Who may post to /hooks/{sender}: one module each, pure, without AWS. Adding a sender is one file and one line.

The sender is told by the address it posts to, never guessed from the body: `form_response` alone is used by
Typeform, by Google-Forms scripts and by clones.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from chalicelib.models import Reading, Submission

SENDERS = {
    "shopify": "chalicelib.senders.shopify",
    "tally": "chalicelib.senders.tally",
    "typeform": "chalicelib.senders.typeform",
    "webhooks": "chalicelib.senders.webhooks",
    "woocommerce": "chalicelib.senders.woocommerce",
}


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
