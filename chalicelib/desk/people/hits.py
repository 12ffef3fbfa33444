"""What a search shows of the customers that it found: masked, and noted in the audit before any record is opened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.desk.people.reasons import FOUND
from chalicelib.desk.request import DeskRequest
from chalicelib.forms.masking import mask_email, mask_name, mask_phone
from chalicelib.models import Profile
from chalicelib.people.search import search_people

MOST_HITS = 10


@dataclass(frozen=True)
class Hit:
    """One customer: enough to recognise, too little for somebody who looks over a shoulder."""

    customer_id: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Result:
    """The first customers whom a text names, how many more there are, and whether names could not be looked up."""

    hits: list[Hit]
    more: int
    unlisted: bool


def show_found(request: DeskRequest, typed: str) -> Result:
    """Search, and open whom the search found; raise RaceLostError where that cannot be noted."""
    services = request.services
    found = search_people(typed, services.people, services.roster, services.settings.shop_country)
    hits = list(open_hits(request, found.ids[:MOST_HITS]))
    return Result(hits, max(0, len(found.ids) - MOST_HITS), found.unlisted)


def open_hits(request: DeskRequest, customer_ids: Iterable[str]) -> Iterator[Hit]:
    """Note that these records are opened, then yield them masked; one that was forgotten meanwhile is left out.

    Raise RaceLostError where the note cannot be written.
    """
    ids = tuple(customer_ids)
    if ids:
        request.services.table.commit_parts([request.require_me(), *(request.note_opening(one, FOUND) for one in ids)])
    for customer_id in ids:
        person = request.services.people.open_person(customer_id)
        if person is not None:
            yield mask_profile(person.profile)


def mask_profile(profile: Profile) -> Hit:
    """Return a customer as a hit."""
    name, email, phone = (profile.text(field) for field in ("name", "email", "phone"))
    return Hit(
        customer_id=profile.customer_id,
        name=mask_name(name) if name else "",
        email=mask_email(email) if "@" in email else "",
        phone=mask_phone(phone) if phone else "",
    )
