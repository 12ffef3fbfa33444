"""What a row of an import says, read from its body alone: neither the file nor its map is needed again.

Nothing here is signed. So a yes never outranks a no, of whatever date, and no value that of a signed source.
"""

from datetime import datetime
from decimal import Decimal

from pydantic import ValidationError

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import Consent, ConsentState, Entry, JsonValue, Order, OrderState, Reading, Submission
from chalicelib.strictjson import parse_object


def interpret(submission: Submission) -> Reading:
    """Say in our words what the row says; raise UnreadableError."""
    try:
        return read_body(submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, ValidationError, KeyError, TypeError, ValueError, AttributeError):
        # The cause may quote the body, which is personal: it must not ride along into a log.
        raise UnreadableError("import body is not of the shape we write") from None


def read_body(submission: Submission, said: dict[str, JsonValue]) -> Reading:
    """Turn the row into a Reading."""
    fields = dict(said["fields"])
    entry = Entry(kind="import", at=submission.occurred_at, values=said["notes"])
    return Reading(
        kind="import",
        sender_id=said["id"],
        email=fields.get("email", ""),
        phone=fields.get("phone", ""),
        fields=fields,
        consents=tuple(read_consent(submission, each) for each in said["consents"]),
        orders=(read_order(said["order"]),) if said["order"] else (),
        entry=entry if entry.values else None,
    )


def read_consent(submission: Submission, said: dict[str, str]) -> Consent:
    """Return one consent with the evidence that the map gave; never signed."""
    return Consent(
        purpose=said["purpose"],
        state=ConsentState(said["state"]),
        at=datetime.fromisoformat(said["at"]),
        channel=f"import:{submission.topic}",
        words=said["words"],
        words_version=said["words_version"],
        language=said["language"],
    )


def read_order(said: dict[str, str]) -> Order:
    """Return a purchase; that it was paid is what a list of purchases says."""
    placed = datetime.fromisoformat(said["placed_at"])
    return Order(
        id=said["id"],
        placed_at=placed,
        updated_at=placed,
        state=OrderState.PAID,
        total=Decimal(said["total"]),
        currency=said["currency"],
    )
