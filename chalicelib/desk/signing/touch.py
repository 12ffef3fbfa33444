"""Asking for the passkey again: before what cannot be undone, when the last touch is older than five minutes."""

from chalice import Response

from chalicelib.desk.answers import choose_next, give_json, lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.signing.passkeys import check_shown, offer_asking
from chalicelib.desk.words import find_desk_words
from chalicelib.store.challenges import Purpose
from chalicelib.store.passkeys import Passkey

desk = DeskBlueprint(__name__)


@desk.route("/touch", right=Right.SELF)
def show_touch(request: DeskRequest) -> Response:
    """Show the page that asks."""
    path = choose_next(request.asked.get("next", "/"))
    return show_page(request, "touch.html", title=find_desk_words(request.language).touch_title, next=path)


@desk.route("/touch/challenge", right=Right.SELF, methods=("POST",))
def give_challenge(request: DeskRequest) -> Response:
    """Give this session a challenge for one of its member's passkeys."""
    known = request.services.passkeys.list_passkeys(request.me.staff_id)
    offered = offer_asking(request.services.settings, known)
    request.services.challenges.write_challenge(offered.challenge, Purpose.TOUCH, request.name_place(), request.now)
    return give_json(offered.options)


@desk.route("/touch", right=Right.SELF, methods=("POST",))
def take_touch(request: DeskRequest) -> Response:
    """Note the touch in this session; raise InvalidSignatureError."""
    services, place, own = request.services, request.name_place(), request.me.staff_id

    def take(challenge: bytes) -> bool:
        return services.challenges.take_challenge(challenge, Purpose.TOUCH, place, request.now)

    def find(staff_id: str, credential_id: bytes) -> Passkey | None:
        """Find one's own passkeys alone; a security key may leave the user handle out here (WebAuthn, 5.1.4)."""
        return services.passkeys.read_passkey(own, credential_id) if staff_id in (own, "") else None

    passkey, counter = check_shown(services.settings, request.form.get("passkey", ""), take, find)
    use = services.passkeys.note_use(passkey, counter, request.now)
    touched = services.sessions.note_touch(request.who.session, request.now)
    services.table.commit_parts([request.require_me(), use, touched])
    return lead_to(choose_next(request.form.get("next", "/")))
