"""Joining by an invitation: GET shows who is invited as what, POST joins with the first passkey."""

from chalice import Response

from chalicelib.desk.answers import give_json, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.signing.passkeys import NewPasskey, check_made, offer_making
from chalicelib.desk.signing.sessions import begin_session
from chalicelib.desk.words import find_desk_words, list_switches
from chalicelib.errors import UnknownPageError
from chalicelib.forms.interface import find_interface
from chalicelib.store.challenges import Purpose
from chalicelib.store.invitations import Invitation
from chalicelib.store.parts import Part
from chalicelib.store.staff import Member

desk = DeskBlueprint(__name__)


@desk.route("/join/{token}", right=Right.OPEN)
def show_invitation(request: DeskRequest, token: str) -> Response:
    """Show an invitation; looking at it uses nothing up."""
    say = find_desk_words(request.language)
    invitation = request.services.invitations.read_invitation(token, request.now)
    shown = {"switches": list_switches(), "address": f"/join/{token}", "invitation": invitation}
    title = (
        say.invited_title.format(name=find_interface(request.language).isolate(invitation.name))
        if invitation
        else say.gone_title
    )
    return show_page(request, "join.html", title=title, status=200 if invitation else 404, **shown)


@desk.route("/join/{token}/challenge", right=Right.OPEN, methods=("POST",))
def give_challenge(request: DeskRequest, token: str) -> Response:
    """Give a challenge that this invitation alone may answer."""
    invitation = find_invitation(request, token)
    offered = offer_making(request.services.settings, invitation.staff_id, invitation.name)
    request.services.challenges.write_challenge(offered.challenge, Purpose.JOIN, invitation.hash, request.now)
    return give_json(offered.options)


@desk.route("/join/{token}", right=Right.OPEN, methods=("POST",))
def join_desk(request: DeskRequest, token: str) -> Response:
    """Use the invitation up: the person is a member of staff, has a passkey, and is signed in."""
    invitation, services = find_invitation(request, token), request.services

    def take(challenge: bytes) -> bool:
        return services.challenges.take_challenge(challenge, Purpose.JOIN, invitation.hash, request.now)

    made = check_made(services.settings, request.form.get("passkey", ""), take)
    member = services.staff.read_member(invitation.staff_id)
    number = member.number + 1 if member else 1
    parts = list_parts(request, invitation, made, member)
    return begin_session(request, invitation.staff_id, number, parts, "/account")


def find_invitation(request: DeskRequest, token: str) -> Invitation:
    """Return the open invitation; raise UnknownPageError."""
    found = request.services.invitations.read_invitation(token, request.now)
    if found is None:
        raise UnknownPageError("There is no such invitation.")
    return found


def list_parts(request: DeskRequest, invitation: Invitation, made: NewPasskey, member: Member | None) -> list[Part]:
    """Return the parts of the joining; a member who comes back loses the passkeys of before."""
    services, staff_id = request.services, invitation.staff_id
    kept = services.passkeys.write_passkey(
        staff_id, made.credential_id, made.credential, made.counter, request.device, request.now
    )
    parts = [services.invitations.use_invitation(invitation), kept]
    parts.append(request.note(f"joined as {invitation.role}", staff_id))
    if member is None:
        return [*parts, *services.staff.write_new(staff_id, invitation.name, invitation.role, request.now)]
    old = services.passkeys.remove_passkeys(services.passkeys.list_passkeys(staff_id))
    return [*parts, *old, *services.staff.write_return(member, invitation.role)]
