"""Two customers who may be one person: shown masked side by side, joined, and parted again."""

import secrets
from dataclasses import dataclass

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.people.acts import find_or_miss
from chalicelib.desk.people.hits import Hit, mask_profile
from chalicelib.desk.people.reasons import COMPARED
from chalicelib.desk.people.record import make_writer, show_again
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError, NotJoinableError, UnknownPageError
from chalicelib.forms.interface import find_interface
from chalicelib.joining.join import join_people
from chalicelib.joining.part import part_people
from chalicelib.models import Profile
from chalicelib.people.search import CUSTOMER_ID

MOST_PAIRS, MOST_SUGGESTED = 5, 1_000


@dataclass(frozen=True)
class Side:
    """One of two customers: masked, since when they are known, how many purchases; `kind` is the name both have."""

    hit: Hit
    since: str
    purchases: str
    kind: str = ""


def list_suggested(request: DeskRequest, customer_id: str) -> dict[str, str]:
    """Return the customers who are suggested as this one's doubles, with the kind of name that both have."""
    found = {}
    for first, second, kind in request.services.identities.list_suggestions(MOST_SUGGESTED):
        if customer_id in (first, second):
            found[second if first == customer_id else first] = kind
    return found


def compare_doubles(request: DeskRequest, customer_id: str) -> Response:
    """Show a customer beside those who may be the same person; the audit has a line about each of them first."""
    services, suggested = request.services, list_suggested(request, customer_id)
    shown = [each for each in suggested if services.keys.has_key(each)][:MOST_PAIRS]
    if not services.keys.has_key(customer_id):
        raise UnknownPageError("There is no such customer.")
    notes = [request.note_opening(each, COMPARED) for each in (customer_id, *shown)]
    services.table.commit_parts([request.require_me(), *notes])
    own = find_or_miss(request, customer_id, lambda: services.people.load_person(customer_id))
    others = [services.people.open_person(each) for each in shown]
    return show_page(
        request,
        "doubles.html",
        title=find_desk_words(request.language).acts.doubles,
        customer_id=customer_id,
        own=show_side(request, own.profile),
        submission=secrets.token_urlsafe(16),
        others=[
            show_side(request, other.profile, suggested[each])
            for each, other in zip(shown, others, strict=True)
            if other is not None and other.id != own.id
        ],
    )


def show_side(request: DeskRequest, profile: Profile, kind: str = "") -> Side:
    """Return a customer, masked."""
    since = make_writer(request).write_moment_day(profile.first_seen) if profile.first_seen else ""
    count = find_interface(request.language).write_number(profile.totals.purchases)
    return Side(mask_profile(profile), since, count, kind)


def join_doubles(request: DeskRequest, customer_id: str) -> Response:
    """Join a customer with a suggested double, and show the record of both; raise InvalidSubmissionError."""
    other, services = request.form.get("other", ""), request.services
    if other not in list_suggested(request, customer_id):
        known = bool(CUSTOMER_ID.fullmatch(other))
        joined = services.people_rows.find_joined([customer_id, other]) if known else {}
        if joined and joined.get(customer_id) == joined.get(other):  # pressed twice
            return show_again(request, joined[customer_id], "join", again=True)
        raise InvalidSubmissionError({"other": "other"})
    try:
        joined_id = find_or_miss(
            request,
            customer_id,
            lambda: join_people(customer_id, other, request.me.staff_id, services, request.now, [request.require_me()]),
        )
    except NotJoinableError:
        raise InvalidSubmissionError({"other": "not_joined"}) from None
    return show_again(request, joined_id, "join")


def part_again(request: DeskRequest, customer_id: str) -> Response:
    """Part a joined record, and lead to the two that it was made of; raise InvalidSubmissionError."""
    actor, services = request.me.staff_id, request.services
    try:
        sides = part_people(customer_id, actor, services, request.now, [request.require_me()])
    except NotJoinableError:
        raise InvalidSubmissionError({"customer": "not_parted"}) from None
    title = find_desk_words(request.language).acts.parted
    return show_page(request, "parted.html", title=title, sides=sides)
