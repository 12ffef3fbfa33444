"""The correction of a customer's details: the shop's field types check them, and the page says what changed.

A number of somebody else is kept, and finds nobody; an address of somebody else is refused. An address in place of
another one waits for the mail that is sent there: nobody is moved to a mailbox that nobody has opened.
"""

from chalice import Response

from chalicelib.addresses import normalise_email
from chalicelib.desk.people.act_forms import build_details, read_answers, show_faulty
from chalicelib.desk.people.acts import act_on, load_customer, note_act
from chalicelib.desk.people.form_ids import read_form_id
from chalicelib.desk.people.reasons import CORRECTED
from chalicelib.desk.people.record import show_again
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import InvalidSubmissionError
from chalicelib.models import Identity, IdentityKind, JsonValue, Profile, RequestKind
from chalicelib.people.identity import normalise_phone
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.person import Person
from chalicelib.senders.staff import correct_details
from chalicelib.settling.staff_acts import commit_once
from chalicelib.settling.staff_requests import ask_person
from chalicelib.store.parts import Part

EMAIL = "email"


def correct_somebody(request: DeskRequest, customer_id: str) -> Response:
    """Correct details and show the page, or the form again; raise UnknownPageError, RaceLostError."""
    form = build_details(request.language)
    try:
        answers = read_answers(request, form, request.now.date())
        person = load_customer(request, customer_id)
        changed = list_changed(answers, person.profile, request.services.settings.shop_country)
        moved = plan_move(request, person, changed)
    except InvalidSubmissionError as refusal:
        return show_faulty(request, customer_id, "details", form, refusal)
    labels = [field.label[request.language] for field in form.fields if field.name in changed]
    fields = {name: value for name, value in changed.items() if moved is None or name != EMAIL}
    done = choose_done(request, person, fields, moved=moved is not None)
    if fields:
        correction = correct_details(fields, request.now)
        return act_on(request, customer_id, correction, CORRECTED, done, more=moved or (), changed=labels)
    return move_alone(request, customer_id, moved, labels, done)


def move_alone(
    request: DeskRequest, customer_id: str, moved: list[Part] | None, labels: list[str], done: str
) -> Response:
    """Write the request for a new address where nothing else changed, and show the page."""
    parts = [*note_act(request, customer_id, CORRECTED), *(moved or [])]
    named = f"{customer_id} move {read_form_id(request)}"
    new = commit_once(named, lambda: parts, request.services, request.now)
    return show_again(request, customer_id, done, again=not new, changed=labels)


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
    return "details" if fields else "unchanged"
