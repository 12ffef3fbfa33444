"""The correction of a customer's details: the shop's field types check them, and the page says what changed.

A number of somebody else is kept, and finds nobody; an address of somebody else is refused. An address in place of
another one waits for the mail that is sent there: nobody is moved to a mailbox that nobody has opened.
"""

import hashlib

from chalice import Response

from chalicelib.addresses import normalise_email
from chalicelib.desk.people.act_forms import build_details, read_answers, show_faulty
from chalicelib.desk.people.acts import act_on, load_customer, note_act
from chalicelib.desk.people.form_ids import read_form_id
from chalicelib.desk.people.reasons import CORRECTED, REASONS
from chalicelib.desk.people.record import note_opening, show_again
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import InvalidSubmissionError
from chalicelib.models import Identity, IdentityKind, JsonValue, Profile, RequestKind
from chalicelib.people.identity import normalise_phone
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.person import Person
from chalicelib.senders.staff import correct_details
from chalicelib.settling.staff_acts import commit_once, name_form
from chalicelib.settling.staff_requests import ask_person
from chalicelib.shop.periods import KEEP_CLAIMS
from chalicelib.store.parts import Part
from chalicelib.strictjson import dump_json

EMAIL = "email"


def correct_somebody(request: DeskRequest, customer_id: str) -> Response:
    """Correct details and show the page, or the form again; raise UnknownPageError, RaceLostError."""
    form = build_details(request.language)
    try:
        answers = read_answers(request, form, request.now.date())
        sent, person = name_sent(request, customer_id, answers), load_customer(request, customer_id)
        changed = list_changed(answers, person.profile, request.services.settings.shop_country)
        if request.services.identities.find_owners([name_form(sent)]):
            return show_again(request, customer_id, "moved" if EMAIL in changed else "details", again=True)
        moved = plan_move(request, person, changed)
    except InvalidSubmissionError as refusal:
        return show_faulty(request, customer_id, "details", form, refusal)
    if not changed:  # the record is shown, so that is noted, and no correction
        note_opening(request, customer_id, REASONS["other"])
        return show_again(request, customer_id, "unchanged")
    labels = [field.label[request.language] for field in form.fields if field.name in changed]
    fields = {name: value for name, value in changed.items() if moved is None or name != EMAIL}
    done = choose_done(request, person, fields, moved=moved is not None)
    if not fields:
        return move_alone(request, customer_id, moved or [], sent, labels)
    mark = request.services.identities.write_owner(name_form(sent), customer_id, request.now + KEEP_CLAIMS)
    correction, more = correct_details(fields, request.now), [*(moved or ()), mark]
    return act_on(request, customer_id, correction, CORRECTED, done, more=more, changed=labels)


def name_sent(request: DeskRequest, customer_id: str, answers: dict[str, JsonValue]) -> str:
    """Return the name of a form as it was sent: a second press has the same, and changes nothing.

    Its answers are part of the name: what differs from the record is other after the first press than before.
    """
    said = hashlib.sha256(dump_json(answers)).hexdigest()
    return f"{customer_id} details {read_form_id(request)} {said}"


def move_alone(request: DeskRequest, customer_id: str, moved: list[Part], sent: str, labels: list[str]) -> Response:
    """Write the request for a new address where nothing else changed, and show the page."""
    parts = [*note_act(request, customer_id, CORRECTED), *moved]
    new = commit_once(sent, lambda: parts, request.services, request.now)
    return show_again(request, customer_id, "moved", again=not new, changed=labels)


def list_changed(answers: dict[str, JsonValue], profile: Profile, country: str) -> dict[str, JsonValue]:
    """Return the answers that differ from what stands; an emptied box is no answer."""
    held = {name: one.value for name, one in profile.fields.items()}
    return {
        name: value
        for name, value in answers.items()
        if tidy_value(name, value, country) != tidy_value(name, held.get(name), country)
    }


def tidy_value(name: str, value: JsonValue, country: str) -> JsonValue:
    """Return a value to compare: an address or a number in one notation, a list as a list."""
    if name == EMAIL:
        return normalise_email(str(value or ""))
    if name == "phone":
        return normalise_phone(str(value or ""), country)
    return list(value) if isinstance(value, list | tuple) else value


def plan_move(request: DeskRequest, person: Person, changed: dict[str, JsonValue]) -> list[Part] | None:
    """Return the parts that ask for the proof of a new address; None where none is needed.

    Raise InvalidSubmissionError for an address that somebody else has.
    """
    people, email = request.services.people, str(changed.get(EMAIL, ""))
    address = normalise_email(email)
    if not address:
        return None
    if people.find_address(address) not in (None, person.id):
        raise InvalidSubmissionError({EMAIL: "held"})
    if read_mailbox(person.profile) in ("", address):
        return None
    language = person.profile.text("language") or request.services.settings.shop_language
    return ask_person(person, RequestKind.MOVE, email, request.services, request.now, language=language)


def choose_done(request: DeskRequest, person: Person, fields: dict[str, JsonValue], *, moved: bool) -> str:
    """Return the name of the sentence that says what became of a correction."""
    if moved:
        return "moved"
    number = normalise_phone(str(fields.get("phone", "")), request.services.settings.shop_country)
    name = Identity(kind=IdentityKind.PHONE, value=number)
    if number and request.services.people.find_customer(name) not in (None, person.id):
        return "shared"
    return "details"
