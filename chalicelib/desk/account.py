"""One's own account: passkeys, where one is signed in, the language of the pages."""

from chalice import Response

from chalicelib.desk.answers import give_json, lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.cookies import SESSION, clear_cookie
from chalicelib.desk.passkeys import MOST, check_made, offer_making
from chalicelib.desk.rights import Right
from chalicelib.desk.visit import Visit
from chalicelib.desk.words import find_desk_words, list_switches
from chalicelib.errors import InvalidSubmissionError
from chalicelib.store.challenges import Purpose
from chalicelib.store.passkeys import Passkey
from chalicelib.words import list_languages

desk = DeskBlueprint(__name__)
HERE = "/account"


@desk.route(HERE, right=Right.SELF)
def show_account(visit: Visit) -> Response:
    """Show the page."""
    return show_page(
        visit,
        "account.html",
        title=find_desk_words(visit.language).account,
        passkeys=visit.services.passkeys.list_passkeys(visit.me.staff_id),
        sessions=visit.services.sessions.list_sessions(visit.me, visit.now),
        switches=list_switches(),
        most=MOST,
    )


@desk.route("/account/passkeys/challenge", right=Right.SELF, methods=("POST",), fresh=True, back=HERE)
def give_challenge(visit: Visit) -> Response:
    """Give this session a challenge for one more passkey."""
    known = list_room(visit)
    offered = offer_making(visit.services.settings, visit.me.staff_id, visit.me.name, known)
    visit.services.challenges.write_challenge(offered.challenge, Purpose.ADD, visit.name_place(), visit.now)
    return give_json(offered.options)


@desk.route("/account/passkeys", right=Right.SELF, methods=("POST",), fresh=True, back=HERE)
def add_passkey(visit: Visit) -> Response:
    """Keep one more passkey; raise InvalidSignatureError, InvalidSubmissionError."""
    services, place = visit.services, visit.name_place()
    list_room(visit)

    def take(challenge: bytes) -> bool:
        return services.challenges.take_challenge(challenge, Purpose.ADD, place, visit.now)

    made = check_made(services.settings, visit.form.get("passkey", ""), take)
    kept = services.passkeys.write_passkey(
        visit.me.staff_id, made.credential_id, made.credential, made.counter, visit.device, visit.now
    )
    services.table.commit_parts([visit.require_me(), kept, visit.note("added a passkey")])
    return lead_to(HERE)


def list_room(visit: Visit) -> list[Passkey]:
    """Return one's own passkeys; raise InvalidSubmissionError where there is no room for one more."""
    known = visit.services.passkeys.list_passkeys(visit.me.staff_id)
    if len(known) >= MOST:
        raise InvalidSubmissionError({"passkey": "most_passkeys"})
    return known


@desk.route("/account/passkeys/{passkey}/remove", right=Right.SELF, methods=("POST",), fresh=True, back=HERE)
def remove_passkey(visit: Visit, passkey: str) -> Response:
    """Remove one of several own passkeys, and end all own sessions: one of them may be on the lost device."""
    if len(visit.services.passkeys.list_passkeys(visit.me.staff_id)) < 2:
        raise InvalidSubmissionError({"passkey": "last_passkey"})
    removed = visit.services.passkeys.remove_passkey(visit.me.staff_id, passkey)
    ended = visit.services.staff.end_sessions(visit.me)
    visit.services.table.commit_parts([removed, ended, visit.note("removed a passkey")])
    return lead_to("/sign-in", [clear_cookie(SESSION)])


@desk.route("/account/sessions/{session}/end", right=Right.SELF, methods=("POST",), back=HERE)
def end_session(visit: Visit, session: str) -> Response:
    """End one of one's own sessions."""
    visit.services.sessions.end_session(visit.me.staff_id, session)
    return lead_to(HERE)


@desk.route("/account/sign-out-everywhere", right=Right.SELF, methods=("POST",), back=HERE)
def end_sessions(visit: Visit) -> Response:
    """End all own sessions, this one too."""
    ended = visit.services.staff.end_sessions(visit.me)
    visit.services.table.commit_parts([ended, visit.note("signed out everywhere")])
    return lead_to("/sign-in", [clear_cookie(SESSION)])


@desk.route("/account/language", right=Right.SELF, methods=("POST",), back=HERE)
def choose_language(visit: Visit) -> Response:
    """Keep the language of this session's pages."""
    wanted = visit.form.get("language", "")
    if wanted not in list_languages():
        raise InvalidSubmissionError({"language": "invalid"})
    visit.services.sessions.choose_language(visit.who.session, wanted)
    return lead_to(HERE)
