"""Joining by an invitation: GET shows who is invited as what, POST joins with the first passkey."""

from chalice import Response

from chalicelib.desk.answers import give_json, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.passkeys import NewPasskey, check_made, offer_making
from chalicelib.desk.rights import Right
from chalicelib.desk.sessions import begin_session
from chalicelib.desk.visit import Visit
from chalicelib.desk.words import find_desk_words, list_switches
from chalicelib.errors import UnknownPageError
from chalicelib.store.challenges import Purpose
from chalicelib.store.invitations import Invitation
from chalicelib.store.parts import Part
from chalicelib.store.staff import Member

desk = DeskBlueprint(__name__)


@desk.route("/join/{token}", right=Right.OPEN)
def show_invitation(visit: Visit, token: str) -> Response:
    """Show an invitation; looking at it uses nothing up."""
    say = find_desk_words(visit.language)
    invitation = visit.services.invitations.read_invitation(token, visit.now)
    shown = {"switches": list_switches(), "address": f"/join/{token}", "invitation": invitation}
    title = say.invited_title.format(name=invitation.name) if invitation else say.gone_title
    return show_page(visit, "join.html", title=title, status=200 if invitation else 404, **shown)


@desk.route("/join/{token}/challenge", right=Right.OPEN, methods=("POST",))
def give_challenge(visit: Visit, token: str) -> Response:
    """Give a challenge that this invitation alone may answer."""
    invitation = find_invitation(visit, token)
    offered = offer_making(visit.services.settings, invitation.staff_id, invitation.name)
    visit.services.challenges.write_challenge(offered.challenge, Purpose.JOIN, invitation.hash, visit.now)
    return give_json(offered.options)


@desk.route("/join/{token}", right=Right.OPEN, methods=("POST",))
def join_desk(visit: Visit, token: str) -> Response:
    """Use the invitation up: the person is a member of staff, has a passkey, and is signed in."""
    invitation, services = find_invitation(visit, token), visit.services

    def take(challenge: bytes) -> bool:
        return services.challenges.take_challenge(challenge, Purpose.JOIN, invitation.hash, visit.now)

    made = check_made(services.settings, visit.form.get("passkey", ""), take)
    member = services.staff.read_member(invitation.staff_id)
    number = member.number + 1 if member else 1
    parts = list_parts(visit, invitation, made, member)
    return begin_session(visit, invitation.staff_id, number, parts, "/account")


def find_invitation(visit: Visit, token: str) -> Invitation:
    """Return the open invitation; raise UnknownPageError."""
    found = visit.services.invitations.read_invitation(token, visit.now)
    if found is None:
        raise UnknownPageError("There is no such invitation.")
    return found


def list_parts(visit: Visit, invitation: Invitation, made: NewPasskey, member: Member | None) -> list[Part]:
    """Return the parts of the joining; a member who comes back loses the passkeys of before."""
    services, staff_id = visit.services, invitation.staff_id
    kept = services.passkeys.write_passkey(
        staff_id, made.credential_id, made.credential, made.counter, visit.device, visit.now
    )
    parts = [services.invitations.use_invitation(invitation), kept]
    parts.append(visit.note(f"joined as {invitation.role}", staff_id))
    if member is None:
        return [*parts, *services.staff.write_new(staff_id, invitation.name, invitation.role, visit.now)]
    old = services.passkeys.remove_passkeys(services.passkeys.list_passkeys(staff_id))
    return [*parts, *old, *services.staff.write_return(member, invitation.role)]
