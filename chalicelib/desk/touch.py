"""Asking for the passkey again: before what cannot be undone, when the last touch is older than five minutes."""

from chalice import Response

from chalicelib.desk.answers import choose_next, give_json, lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.passkeys import check_shown, offer_asking
from chalicelib.desk.rights import Right
from chalicelib.desk.visit import Visit
from chalicelib.desk.words import find_desk_words
from chalicelib.store.challenges import Purpose
from chalicelib.store.passkeys import Passkey

desk = DeskBlueprint(__name__)


@desk.route("/touch", right=Right.SELF)
def show_touch(visit: Visit) -> Response:
    """Show the page that asks."""
    path = choose_next(visit.asked.get("next", "/"))
    return show_page(visit, "touch.html", title=find_desk_words(visit.language).touch_title, next=path)


@desk.route("/touch/challenge", right=Right.SELF, methods=("POST",))
def give_challenge(visit: Visit) -> Response:
    """Give this session a challenge for one of its member's passkeys."""
    known = visit.services.passkeys.list_passkeys(visit.me.staff_id)
    offered = offer_asking(visit.services.settings, known)
    visit.services.challenges.write_challenge(offered.challenge, Purpose.TOUCH, visit.name_place(), visit.now)
    return give_json(offered.options)


@desk.route("/touch", right=Right.SELF, methods=("POST",))
def take_touch(visit: Visit) -> Response:
    """Note the touch in this session; raise InvalidSignatureError."""
    services, place, own = visit.services, visit.name_place(), visit.me.staff_id

    def take(challenge: bytes) -> bool:
        return services.challenges.take_challenge(challenge, Purpose.TOUCH, place, visit.now)

    def find(staff_id: str, credential_id: bytes) -> Passkey | None:
        """Find one's own passkeys alone; a security key may leave the user handle out here (WebAuthn, 5.1.4)."""
        return services.passkeys.read_passkey(own, credential_id) if staff_id in (own, "") else None

    passkey, counter = check_shown(services.settings, visit.form.get("passkey", ""), take, find)
    use = services.passkeys.note_use(passkey, counter, visit.now)
    touched = services.sessions.note_touch(visit.who.session, visit.now)
    services.table.commit_parts([visit.require_me(), use, touched])
    return lead_to(choose_next(visit.form.get("next", "/")))
