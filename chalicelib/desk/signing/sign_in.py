"""Signing in and out: GET shows the button, POST takes the passkey's answer, POST /sign-out ends the session."""

import secrets

from chalice import Response

from chalicelib.desk.answers import choose_next, give_json, lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.cookies import SESSION, clear_cookie, read_try, set_try
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right, may
from chalicelib.desk.signing.passkeys import check_shown, offer_asking, read_handle
from chalicelib.desk.signing.sessions import begin_session
from chalicelib.desk.words import find_desk_words, list_switches
from chalicelib.errors import InvalidSignatureError
from chalicelib.store.challenges import Purpose
from chalicelib.store.names import hash_text
from chalicelib.store.staff import Role

desk = DeskBlueprint(__name__)


@desk.route("/sign-in", right=Right.OPEN)
def show_sign_in(request: DeskRequest) -> Response:
    """Show the page; who is signed in goes on."""
    path = choose_next(request.asked.get("next", "/"))
    if request.signed is not None:
        return lead_to(path)
    say = find_desk_words(request.language)
    switches = list_switches()
    return show_page(request, "sign_in.html", title=say.sign_in_title, next=path, switches=switches, address="/sign-in")


@desk.route("/sign-in/challenge", right=Right.OPEN, methods=("POST",))
def give_challenge(request: DeskRequest) -> Response:
    """Give this browser a challenge, and a number of its own that must come back with the answer."""
    number = read_try(request.cookies) or secrets.token_urlsafe(32)
    offered = offer_asking(request.services.settings)
    request.services.challenges.write_challenge(offered.challenge, Purpose.SIGN_IN, hash_text(number), request.now)
    return give_json(offered.options, [set_try(number)])


@desk.route("/sign-in", right=Right.OPEN, methods=("POST",))
def sign_in(request: DeskRequest) -> Response:
    """Check the passkey and begin a session; raise InvalidSignatureError."""
    answer, services = request.form.get("passkey", ""), request.services
    place = hash_text(read_try(request.cookies))

    def take(challenge: bytes) -> bool:
        return services.challenges.take_challenge(challenge, Purpose.SIGN_IN, place, request.now)

    try:
        passkey, counter = check_shown(services.settings, answer, take, services.passkeys.read_passkey)
        member = services.staff.read_member(passkey.staff_id)
        if member is None or not member.is_active:
            raise InvalidSignatureError
    except InvalidSignatureError:
        note_refusal(request, answer)
        raise
    parts = [
        services.require_staff(member.staff_id, member.number),
        services.passkeys.note_use(passkey, counter, request.now),
        request.note("signed in", member.staff_id),
    ]
    return begin_session(request, member.staff_id, member.number, parts, choose_first(request, member.role))


def choose_first(request: DeskRequest, role: Role) -> str:
    """Return the page after signing in: the one that was asked for, else the day's work for who may open customers."""
    path = choose_next(request.form.get("next", "/"))
    return "/today" if path == "/" and may(role, Right.PEOPLE) else path


def note_refusal(request: DeskRequest, answer: str) -> None:
    """Write down that a passkey was refused, where it names a member: nobody else knows their ids."""
    member = request.services.staff.read_member(read_handle(answer) or "-")
    if member is not None:
        request.services.table.commit_parts([request.note("passkey refused", member.staff_id)])


@desk.route("/sign-out", right=Right.SELF, methods=("POST",))
def sign_out(request: DeskRequest) -> Response:
    """End this session."""
    request.services.sessions.end_session(request.me.staff_id, request.who.session.name)
    return lead_to("/sign-in", [clear_cookie(SESSION)])
