"""A row of an import, read from its body alone: neither the file nor its map is needed again.

An imported row is never signed. So an imported yes never outranks a no, whatever its date, and an imported value never
outranks the value of a signed source.
"""

from datetime import datetime
from decimal import Decimal

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    JsonValue,
    Order,
    OrderState,
    Reading,
    ReadingKind,
    SenderName,
    Submission,
)
from chalicelib.senders.source import CONTACTS, Fact, Source
from chalicelib.shop.stops import StopReason
from chalicelib.strictjson import parse_object

STOPS = "stops"  # a note: why the system that the shop moves from stopped the address
SOURCE = Source(
    name=SenderName.IMPORT,
    kinds=(ReadingKind.IMPORT,),
    facts=(*CONTACTS, Fact.LANGUAGE, Fact.OWN, Fact.NUMBER, Fact.ORDERS, Fact.CONSENTS, Fact.NOTES),
    purposes=("orders", "marketing", "sms", "safety"),
)


def interpret(submission: Submission) -> Reading:
    """Return what the row says; raise UnreadableError."""
    try:
        return read_body(submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, AttributeError):
        # The cause may quote the body, which is personal data: it must not reach a log.
        raise UnreadableError("import body is not of the shape we write") from None


def read_body(submission: Submission, body: dict[str, JsonValue]) -> Reading:
    """Turn the row into a Reading."""
    fields = dict(body["fields"])
    entry = Entry(kind=ReadingKind.IMPORT, at=submission.occurred_at, values=body["notes"])
    return Reading(
        kind=ReadingKind.IMPORT,
        sender_id=body["id"],
        email=fields.get("email", ""),
        phone=fields.get("phone", ""),
        country=body.get("country", ""),
        fields=fields,
        consents=tuple(read_consent(submission, row) for row in body["consents"]),
        orders=(read_order(body["order"]),) if body["order"] else (),
        entry=entry if entry.values else None,
        notes={STOPS: read_stops(body)} if body.get("stops") else {},
    )


def read_stops(body: dict[str, JsonValue]) -> list[JsonValue]:
    """Return why the address must not be mailed again; raise ValueError for a reason that we do not know."""
    return [StopReason(reason).value for reason in body["stops"]]


def read_consent(submission: Submission, row: dict[str, str]) -> Consent:
    """Return one consent with the evidence that the map gave; never signed."""
    return Consent(
        purpose=row["purpose"],
        state=ConsentState(row["state"]),
        at=datetime.fromisoformat(row["at"]),
        channel=f"import:{submission.topic}",
        words=row["words"],
        words_version=row["words_version"],
        language=row["language"],
        network=row.get("network", ""),
    )


def read_order(row: dict[str, str]) -> Order:
    """Return a purchase. It counts as paid: the shop's list holds purchases."""
    placed = datetime.fromisoformat(row["placed_at"])
    return Order(
        id=row["id"],
        placed_at=placed,
        updated_at=placed,
        state=OrderState.PAID,
        total=Decimal(row["total"]),
        currency=row["currency"],
    )
