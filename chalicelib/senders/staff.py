"""What staff write down about a customer at the desk, as the customer said it or as they saw it themselves.

    note        a note for the shop's own people
    handed-over a pre-order was handed over to the customer
    withdraw    the customer ended a consent at the counter or on the telephone
    consent     the customer said yes there, to words that were shown or read out
    correct     details of the customer, corrected
    purchase    something that the customer bought

The desk opens the record and writes the event in one transaction (`settling.staff_acts`): no name decides whose it is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    JsonValue,
    LineItem,
    Order,
    OrderState,
    Reading,
    ReadingKind,
    SenderName,
    Submission,
    Trust,
)
from chalicelib.senders.minor_units import PLACES
from chalicelib.senders.source import CONTACTS, Fact, Source
from chalicelib.strictjson import dump_json, parse_object

SOURCE = Source(
    name=SenderName.STAFF,
    kinds=(ReadingKind.NOTE, ReadingKind.CONSENT, ReadingKind.CUSTOMER, ReadingKind.ORDER, ReadingKind.OTHER),
    facts=(Fact.NOTES, Fact.CONSENTS, *CONTACTS, Fact.OWN, Fact.ORDERS),
    purposes=("proof", "orders"),
)
CHANNEL = "staff"
Body = Mapping[str, JsonValue]


def write_note(text: str, now: datetime, *, warns: bool) -> Submission:
    """Return a note; one that warns is shown before anything else of the customer."""
    return write_act("note", now, {"note": text, "warn": warns})


def withdraw_consent(purpose: str, now: datetime, *, language: str) -> Submission:
    """Return the withdrawal of a consent, as the customer asked for it."""
    return write_act("withdraw", now, {"purpose": purpose, "language": language})


def report_handing(number: str, now: datetime) -> Submission:
    """Return that the pre-order of a number was handed over."""
    return write_act("handed-over", now, {"number": number})


def give_consent(purpose: str, now: datetime, evidence: Mapping[str, str]) -> Submission:
    """Return a yes of the customer; `evidence` has the words, their version and language, the channel, the staff id."""
    return write_act("consent", now, {"purpose": purpose, **evidence})


def correct_details(fields: Mapping[str, JsonValue], now: datetime) -> Submission:
    """Return corrected details, by the names of profile fields."""
    return write_act("correct", now, {"fields": dict(fields)})


def record_purchase(
    order_id: str, now: datetime, *, placed_at: datetime, item: str, quantity: int, total: Decimal, currency: str
) -> Submission:
    """Return a purchase; `total` is what was paid in all."""
    body = {"id": order_id, "placed_at": placed_at.isoformat(), "item": item, "quantity": quantity}
    return write_act("purchase", now, {**body, "total": str(total), "currency": currency})


def write_act(topic: str, now: datetime, body: Body) -> Submission:
    return Submission(
        sender=SenderName.STAFF,
        topic=topic,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        body=dump_json(dict(body)),
    )


def interpret(submission: Submission) -> Reading:
    """Return what staff wrote down; raise UnreadableError."""
    try:
        return READERS[submission.topic](submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, ArithmeticError):
        raise UnreadableError("staff body is not of the shape we write") from None


def read_note(submission: Submission, body: Body) -> Reading:
    """Read a note. `warn` stands in the entry only where it is true."""
    values = {"note": str(body["note"]), **({"warn": True} if body["warn"] is True else {})}
    return Reading(kind=ReadingKind.NOTE, entry=Entry(kind=ReadingKind.NOTE, at=submission.occurred_at, values=values))


def read_handover(submission: Submission, body: Body) -> Reading:
    """Read that a pre-order was handed over; the customer was in the shop, so it is a sign of life."""
    values: dict[str, JsonValue] = {"number": str(body["number"])}
    entry = Entry(kind="pre-order-handed-over", at=submission.occurred_at, values=values)
    return Reading(kind=ReadingKind.OTHER, entry=entry)


def read_withdrawal(submission: Submission, body: Body) -> Reading:
    """Read a withdrawal: a no needs no words and no proof."""
    consent = Consent(
        purpose=str(body["purpose"]),
        state=ConsentState.WITHDRAWN,
        at=submission.occurred_at,
        channel=CHANNEL,
        language=str(body["language"]),
    )
    return Reading(kind=ReadingKind.CONSENT, consents=(consent,))


def read_yes(submission: Submission, body: Body) -> Reading:
    """Read a yes. It is typed, so it lifts no earlier no: that takes the customer's own mailbox."""
    evidence = {name: str(body[name]) for name in ("purpose", "channel", "words", "words_version", "language", "staff")}
    consent = Consent(state=ConsentState.GIVEN, at=submission.occurred_at, **evidence)
    return Reading(kind=ReadingKind.CONSENT, consents=(consent,))


def read_correction(submission: Submission, body: Body) -> Reading:
    """Read corrected details. An address or a number is also a name of the customer, where nobody else has it."""
    fields = dict(body["fields"])
    email, phone = (str(fields.get(name, "")) for name in ("email", "phone"))
    return Reading(kind=ReadingKind.CUSTOMER, email=email, phone=phone, fields=fields)


def read_purchase(submission: Submission, body: Body) -> Reading:
    """Read a purchase as a paid order of one line."""
    total, quantity, currency = Decimal(str(body["total"])), int(body["quantity"]), str(body["currency"])
    each = (total / quantity).quantize(Decimal(1).scaleb(-PLACES.get(currency, 2)))
    order = Order(
        id=str(body["id"]),
        placed_at=datetime.fromisoformat(str(body["placed_at"])),
        updated_at=submission.occurred_at,
        state=OrderState.PAID,
        total=total,
        currency=currency,
        items=(LineItem(title=str(body["item"]), quantity=quantity, price=each),),
    )
    return Reading(kind=ReadingKind.ORDER, orders=(order,))


READERS: Mapping[str, Callable[[Submission, Body], Reading]] = {
    "note": read_note,
    "withdraw": read_withdrawal,
    "consent": read_yes,
    "correct": read_correction,
    "purchase": read_purchase,
    "handed-over": read_handover,
}
