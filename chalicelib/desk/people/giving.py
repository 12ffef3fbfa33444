"""A consent that a customer gives at the counter or on the telephone: to the exact words of the shop's form.

Where the form asks for confirmation, and where a no stands, a mail asks the customer: their mailbox alone confirms.
"""

from dataclasses import replace

from chalice import Response

from chalicelib.desk.entries.keeping import accept_entry
from chalicelib.desk.people.acts import act_on, load_customer
from chalicelib.desk.people.askable import Asked, may_agree, walk_asks
from chalicelib.desk.people.form_ids import read_form_id
from chalicelib.desk.people.reasons import AGREED
from chalicelib.desk.people.record import show_again
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.post import Post
from chalicelib.forms.validation import CleanForm
from chalicelib.models import Profile, Trust
from chalicelib.people.mailbox import read_address, read_mailbox
from chalicelib.people.person import Person
from chalicelib.senders.form import Taken, make_submission
from chalicelib.senders.staff import give_consent
from chalicelib.settling.dispatch import settle_keys
from chalicelib.shop.brand import name_shop

CHANNELS = ("counter", "telephone")


def write_consent(request: DeskRequest, customer_id: str) -> Response:
    """Write down a yes, or have the mail sent that asks for it; raise InvalidSubmissionError, UnknownPageError."""
    person, channel = load_customer(request, customer_id), request.form.get("channel", "")
    asked = find_asked(request, person.profile)
    if channel not in CHANNELS:
        raise InvalidSubmissionError({"channel": "channel"})
    if asked.by_mail:
        return ask_by_mail(request, person, asked, Taken(channel, request.me.staff_id))
    evidence = {
        "words": asked.words,
        "words_version": asked.ask.version,
        "language": asked.language,
        "channel": channel,
        "staff": request.me.staff_id,
    }
    given = give_consent(asked.ask.purpose, request.now, evidence)
    return act_on(request, customer_id, given, AGREED, "consent")


def find_asked(request: DeskRequest, profile: Profile) -> Asked:
    """Return the consent of a post, in the words that were shown; raise InvalidSubmissionError.

    One that stands by now is found too: a second press of its form is no mistake.
    """
    form, language = request.form, request.form.get("language", "")
    shown = next((each for each in walk_asks(profile, request) if each.ask.purpose == form.get("purpose")), None)
    if shown is None or not may_agree(profile, request.now):
        raise InvalidSubmissionError({"purpose": "purpose"})
    if shown.ask.version != form.get("version") or language not in shown.form.languages:
        raise InvalidSubmissionError({"version": "words"})
    return replace(shown, language=language, shop=name_shop(request.services.settings, language))


def ask_by_mail(request: DeskRequest, person: Person, asked: Asked, taken: Taken) -> Response:
    """Keep the yes unconfirmed, like a form's: the mail that asks for the confirmation follows within minutes."""
    services, email = request.services, asked.form.find_field("email")
    mailbox = read_mailbox(person.profile)
    if not mailbox or email is None or services.people.find_address(mailbox) != person.id:
        raise InvalidSubmissionError({"purpose": "no_mailbox"})
    reduced = asked.form.model_copy(
        update={
            "fields": (email,),
            "consents": (asked.ask,),
            "steps": (),
            "one_of": (),
            "confirm": True,
            "parent": None,
        }
    )
    address = read_address(person.profile)
    clean = CleanForm(reduced, asked.language, asked.shop, {"email": address}, {}, (asked.ask,))
    form_id = read_form_id(request)
    post = Post({}, asked.language, "", "", form_id, "", asked=False, trapped=False)
    said = make_submission(clean, post, trust=Trust.OWN, address="", header_key="", now=request.now, taken=taken)
    key, new = accept_entry(request, said, [request.note_opening(person.id, AGREED)])
    settle_keys([key], services, request.now)
    return show_again(request, person.id, "asked", again=not new)
