"""A purchase that a member of staff writes down: an order like any other, so that the usual gap and mails follow it."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from chalice import Response

from chalicelib.desk.people.act_forms import find_purchase, read_answers, show_faulty
from chalicelib.desk.people.acts import act_on
from chalicelib.desk.people.form_ids import read_form_id
from chalicelib.desk.people.reasons import BOUGHT
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import InvalidSubmissionError
from chalicelib.models import Submission
from chalicelib.senders.minor_units import PLACES
from chalicelib.senders.staff import record_purchase
from chalicelib.text import read_typed_amount

NOON = time(12)  # of a day that is over: nobody writes down the hour


def add_purchase(request: DeskRequest, customer_id: str) -> Response:
    """Record a purchase and show the page, or the form again; raise UnknownPageError, RaceLostError."""
    try:
        purchase = read_purchase(request)
    except InvalidSubmissionError as refusal:
        return show_faulty(request, customer_id, "purchase", find_purchase(), refusal)
    return act_on(request, customer_id, purchase, BOUGHT, "purchase")


def read_purchase(request: DeskRequest) -> Submission:
    """Return the purchase of a post; raise InvalidSubmissionError."""
    services, zone = request.services, request.services.zone
    today, currency = request.now.astimezone(zone).date(), services.clock.currency
    answers = read_answers(request, find_purchase(), today)
    day = date.fromisoformat(str(answers["bought_on"]))
    if day > today:
        raise InvalidSubmissionError({"bought_on": "future"})
    placed = request.now if day == today else datetime.combine(day, NOON, zone).astimezone(UTC)
    return record_purchase(
        read_form_id(request),
        request.now,
        placed_at=placed,
        item=str(answers["item"]),
        quantity=int(str(answers["quantity"])),
        total=read_amount(str(answers["total"]), PLACES.get(currency, 2)),
        currency=currency,
    )


def read_amount(text: str, places: int) -> Decimal:
    """Return the amount that was paid; raise InvalidSubmissionError."""
    amount = read_typed_amount(text, places)
    if amount is None:
        raise InvalidSubmissionError({"total": "amount"})
    return amount
