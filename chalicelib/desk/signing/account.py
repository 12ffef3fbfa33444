"""One's own account: passkeys, where one is signed in, the language of the pages."""

from chalice import Response

from chalicelib.desk.answers import give_json, lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.cookies import SESSION, clear_cookie
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.signing.passkeys import MOST, check_made, offer_making
from chalicelib.desk.words import find_desk_words, list_switches
from chalicelib.errors import InvalidSubmissionError
from chalicelib.store.challenges import Purpose
from chalicelib.store.passkeys import Passkey
from chalicelib.words import list_languages

desk = DeskBlueprint(__name__)
HERE = "/account"


@desk.route(HERE, right=Right.SELF)
def show_account(request: DeskRequest) -> Response:
    """Show the page; owners also see their weekly mail."""
    from chalicelib.desk.times import tell_times
    from chalicelib.weekly.mailbox import read_switch

    owns = request.may(Right.STAFF)
    return show_page(
        request,
        "account.html",
        title=find_desk_words(request.language).account,
        passkeys=request.services.passkeys.list_passkeys(request.me.staff_id),
        sessions=request.services.sessions.list_sessions(request.me, request.now),
        switches=list_switches(),
        most=MOST,
        owns=owns,
        weekly=read_switch(request.services, request.me.staff_id, request.now) if owns else None,
        **tell_times(request),
    )


@desk.route("/account/passkeys/challenge", right=Right.SELF, methods=("POST",), fresh=True, back=HERE)
def give_challenge(request: DeskRequest) -> Response:
    """Give this session a challenge for one more passkey."""
    known = list_room(request)
    offered = offer_making(request.services.settings, request.me.staff_id, request.me.name, known)
    request.services.challenges.write_challenge(offered.challenge, Purpose.ADD, request.name_place(), request.now)
    return give_json(offered.options)


@desk.route("/account/passkeys", right=Right.SELF, methods=("POST",), fresh=True, back=HERE)
def add_passkey(request: DeskRequest) -> Response:
    """Keep one more passkey; raise InvalidSignatureError, InvalidSubmissionError."""
    services, place = request.services, request.name_place()
    list_room(request)

    def take(challenge: bytes) -> bool:
        return services.challenges.take_challenge(challenge, Purpose.ADD, place, request.now)

    made = check_made(services.settings, request.form.get("passkey", ""), take)
    kept = services.passkeys.write_passkey(
        request.me.staff_id, made.credential_id, made.credential, made.counter, request.device, request.now
    )
    services.table.commit_parts([request.require_me(), kept, request.note("added a passkey")])
    return lead_to(HERE)


def list_room(request: DeskRequest) -> list[Passkey]:
    """Return one's own passkeys; raise InvalidSubmissionError where there is no room for one more."""
    known = request.services.passkeys.list_passkeys(request.me.staff_id)
    if len(known) >= MOST:
        raise InvalidSubmissionError({"passkey": "most_passkeys"})
    return known


@desk.route("/account/passkeys/{passkey}/remove", right=Right.SELF, methods=("POST",), fresh=True, back=HERE)
def remove_passkey(request: DeskRequest, passkey: str) -> Response:
    """Remove one of several own passkeys, and end all own sessions: one of them may be on the lost device."""
    if len(request.services.passkeys.list_passkeys(request.me.staff_id)) < 2:
        raise InvalidSubmissionError({"passkey": "last_passkey"})
    removed = request.services.passkeys.remove_passkey(request.me.staff_id, passkey)
    ended = request.services.staff.end_sessions(request.me)
    request.services.table.commit_parts([removed, ended, request.note("removed a passkey")])
    return lead_to("/sign-in", [clear_cookie(SESSION)])


@desk.route("/account/sessions/{session}/end", right=Right.SELF, methods=("POST",), back=HERE)
def end_session(request: DeskRequest, session: str) -> Response:
    """End one of one's own sessions."""
    request.services.sessions.end_session(request.me.staff_id, session)
    return lead_to(HERE)


@desk.route("/account/sign-out-everywhere", right=Right.SELF, methods=("POST",), back=HERE)
def end_sessions(request: DeskRequest) -> Response:
    """End all own sessions, this one too."""
    ended = request.services.staff.end_sessions(request.me)
    request.services.table.commit_parts([ended, request.note("signed out everywhere")])
    return lead_to("/sign-in", [clear_cookie(SESSION)])


@desk.route("/account/language", right=Right.SELF, methods=("POST",), back=HERE)
def choose_language(request: DeskRequest) -> Response:
    """Keep the language of this session's pages."""
    wanted = request.form.get("language", "")
    if wanted not in list_languages():
        raise InvalidSubmissionError({"language": "invalid"})
    request.services.sessions.choose_language(request.who.session, wanted)
    return lead_to(HERE)
