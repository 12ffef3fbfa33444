"""What a till took in: an entry that its browser sealed to the inbox, and what the entry says once settling opened it.

    sealed         the body is the sealed entry, which the desk does not open; `shop` is the till's id,
                   `idempotency_key` the entry's own
    opened         the body is the entry; it stays so where it does not fit the form, until staff release or delete it
    till-note      a note for the shop's own people, about a customer who is known by the address
    till-purchase  what was bought at a till that no shop system hears of

An entry of one of the shop's forms becomes a submission of that form, as if it had been filled in at the Counter.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime, Field, ValidationError

from chalicelib.config import Settings
from chalicelib.errors import DefinitionError, InvalidSubmissionError, MalformedError, TooLargeError, UnreadableError
from chalicelib.forms.definition import Form
from chalicelib.forms.library import find_form, find_till_form
from chalicelib.forms.post import sort_post
from chalicelib.forms.validation import CleanForm, validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import (
    Entry,
    JsonValue,
    LineItem,
    Model,
    Order,
    OrderState,
    Reading,
    ReadingKind,
    SenderName,
    Submission,
    Trust,
)
from chalicelib.senders.form import Taken, make_submission
from chalicelib.senders.minor_units import PLACES
from chalicelib.senders.source import Fact, Source
from chalicelib.shop.brand import name_shop
from chalicelib.shop.periods import MOST_ON_TILL
from chalicelib.strictjson import dump_json, parse_object
from chalicelib.text import read_typed_amount

SOURCE = Source(
    name=SenderName.TILL,
    kinds=(ReadingKind.NOTE, ReadingKind.ORDER),
    facts=(Fact.EMAIL, Fact.PHONE, Fact.NOTES, Fact.ORDERS),
    purposes=("orders", "proof"),
)
SEALED, OPENED, NOTE, PURCHASE = "sealed", "opened", "till-note", "till-purchase"
CHANNEL = "till"
MOST_PLACES = 3  # of any currency


class TillEntry(Model):
    """What a till's page writes before it seals: the form, when it was filled in, by whose initials, and the answers.

    `sent` has each name with its texts. `at` is by the till's clock, set by ours when the two last spoke.
    """

    form: str = Field(max_length=40)
    at: AwareDatetime
    by: str = Field("", max_length=12)
    sent: dict[str, list[str]] = Field(max_length=200)


def wrap_entry(device: str, entry: str, sealed: bytes, now: datetime) -> Submission:
    """Return the submission that carries a sealed entry.

    Its key in the inbox is made of the till's id, the entry's id and the bytes: the same bytes count once, however
    often they come. The claim lets an id take effect once, also where a till sealed it twice.
    """
    return Submission(
        sender=SenderName.TILL,
        shop=device,
        topic=SEALED,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        idempotency_key=entry,
        body=sealed,
    )


def keep_opened(submission: Submission, text: bytes) -> Submission:
    """Return the submission with the opened entry in place of the sealed one."""
    return submission.model_copy(update={"topic": OPENED, "body": text})


def read_entry(opened: Submission, settings: Settings, currency: str) -> Submission:
    """Return what an opened entry says, as the submission that settling knows; raise UnreadableError.

    `currency` is the shop's. An entry that was typed too long ago is not read: the clock of its till was
    wrong, or what it says is no longer so, and it would count in a month that is over.

    The text of the error names fields and reasons, and no answer.
    """
    try:
        entry = TillEntry.model_validate(parse_object(opened.body))
    except (MalformedError, TooLargeError, ValidationError):
        raise UnreadableError("till: not of the shape that the page writes") from None
    if entry.at < opened.received_at - MOST_ON_TILL:
        raise UnreadableError("till: at: too_old")
    at = min(entry.at, opened.received_at)
    form = find_entered(entry.form)
    try:
        post = sort_post(form, list(list_pairs(entry)))
        language = post.language or form.languages[0]
        occasion, shop = Occasion(settings.shop_country, at.date()), name_shop(settings, language)
        clean = validate_form(form, post.values, language=language, shop=shop, occasion=occasion)
    except InvalidSubmissionError as refusal:
        raise UnreadableError(f"till: {form.name}: {refusal}") from None
    if form is find_till_form(entry.form):
        return write_own(opened, entry, clean, at, currency)
    taken = Taken(CHANNEL, opened.shop, by=entry.by)
    made = make_submission(clean, post, trust=Trust.OWN, address="", header_key="", now=at, taken=taken)
    return made.model_copy(update=name_origin(opened))


def list_pairs(entry: TillEntry) -> Iterator[tuple[str, str]]:
    """Yield the answers as a form's post has them."""
    for name, texts in entry.sent.items():
        yield from ((name, text) for text in texts)


def find_entered(name: str) -> Form:
    """Return a form of the shop, or one of the till's own; raise UnreadableError."""
    try:
        form = find_till_form(name) or find_form(name)
    except DefinitionError:
        form = None
    if form is None or form.anonymous:
        raise UnreadableError("till: no such form")
    return form


def name_origin(opened: Submission) -> dict[str, JsonValue]:
    """Return what every submission made of an entry takes over from the message that brought it."""
    return {
        "received_at": opened.received_at,
        "idempotency_key": opened.idempotency_key,
        "claims": (f"till:{opened.shop}:{opened.idempotency_key}",),
    }


def write_own(opened: Submission, entry: TillEntry, clean: CleanForm, at: datetime, currency: str) -> Submission:
    """Return a note or a purchase."""
    said = {**clean.fields, **clean.entry}
    body: dict[str, JsonValue] = {"said": said, "by": entry.by, "entry": opened.idempotency_key}
    if "amount" in said:  # what cannot be read is told now, and not on each later reading
        read_amount(str(said["amount"]), PLACES.get(currency, 2))
        body["currency"] = currency
    update = {**name_origin(opened), "topic": clean.form.name, "occurred_at": at, "body": dump_json(body)}
    return opened.model_copy(update=update)


def interpret(submission: Submission) -> Reading:
    """Return what a note or a purchase says; raise UnreadableError, also for an entry that is not read yet."""
    if submission.topic not in (NOTE, PURCHASE):
        raise UnreadableError("till: not opened")
    try:
        body = parse_object(submission.body)
        said = body["said"]
        names = {"email": str(said.get("email", "")), "phone": str(said.get("phone", ""))}
        read = read_note if submission.topic == NOTE else read_purchase
        return read(submission, body, said).model_copy(update=names)
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("till body is not of the shape we write") from None


def read_note(submission: Submission, _: Mapping[str, JsonValue], said: Mapping[str, JsonValue]) -> Reading:
    """Read a note."""
    values = {"note": said["note"]}
    return Reading(kind=ReadingKind.NOTE, entry=Entry(kind=ReadingKind.NOTE, at=submission.occurred_at, values=values))


def read_purchase(submission: Submission, body: Mapping[str, JsonValue], said: Mapping[str, JsonValue]) -> Reading:
    """Read a purchase. It is paid: what is owed is no matter for the till."""
    at = submission.occurred_at
    total = read_amount(str(said["amount"]), MOST_PLACES) if "amount" in said else Decimal(0)
    order = Order(
        id=body["entry"],
        placed_at=at,
        updated_at=at,
        state=OrderState.PAID,
        total=total,
        currency=str(body.get("currency", "")),
        number=str(said.get("receipt", "")),
        items=(LineItem(title=str(said["bought"])),),
    )
    return Reading(kind=ReadingKind.ORDER, orders=(order,))


def read_amount(text: str, places: int) -> Decimal:
    """Return the amount of a purchase; raise UnreadableError."""
    amount = read_typed_amount(text, places)
    if amount is None:
        raise UnreadableError("till: purchase: amount: invalid")
    return amount
