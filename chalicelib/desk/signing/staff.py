"""The Staff page and the page of each member: invite, change a role, sign out, remove a passkey, dismiss."""

from collections.abc import Mapping

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.signing.invite import check_name, invite_member, read_role
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError, UnknownPageError
from chalicelib.store.parts import Part
from chalicelib.store.staff import Member, Role, make_staff_id

desk = DeskBlueprint(__name__)
HERE, MEMBER = "/staff", "/staff/{member}"


@desk.route(HERE, right=Right.STAFF)
def show_staff(request: DeskRequest) -> Response:
    """Show everybody, open invitations, and the form that invites."""
    return show_list(request)


def show_list(request: DeskRequest, faults: Mapping[str, str] | None = None) -> Response:
    """Return the Staff page; `faults` are of the form that was just sent."""
    services = request.services
    members = sorted(services.staff.list_members(), key=lambda each: (not each.is_active, each.name.casefold()))
    return show_page(
        request,
        "staff.html",
        title=find_desk_words(request.language).staff,
        status=422 if faults else 200,
        members=[(each, *describe_member(request, each)) for each in members],
        invitations=list(services.invitations.list_invitations(request.now)),
        roles=list(Role),
        faults=faults or {},
        typed=request.form if faults else {},
    )


def describe_member(request: DeskRequest, member: Member) -> tuple[int, str]:
    """Return how many passkeys a member has, and when they were seen last (RFC 3339), or ""."""
    passkeys = request.services.passkeys.list_passkeys(member.staff_id)
    seen = [each.seen for each in request.services.sessions.list_sessions(member, request.now)]
    last = max([*seen, *(each.used for each in passkeys)], default=None)
    return len(passkeys), last.isoformat() if last else ""


@desk.route("/staff/invitations", right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def invite_somebody(request: DeskRequest) -> Response:
    """Make an invitation and show its link, once."""
    try:
        name, role = check_name(request.form.get("name", "")), read_role(request.form.get("role", ""))
    except InvalidSubmissionError as refusal:
        return show_list(request, refusal.fields)
    return show_link(request, make_staff_id(), name, role)


@desk.route("/staff/{member}/invite", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def invite_again(request: DeskRequest, member: str) -> Response:
    """Let somebody make a new passkey who has lost theirs, or who comes back."""
    known = find_member(request, member)
    return show_link(request, known.staff_id, known.name, known.role)


def show_link(request: DeskRequest, staff_id: str, name: str, role: Role) -> Response:
    """Return the page with the link of a new invitation."""
    actor = request.me.staff_id
    link = invite_member(request.services, staff_id, name, role, actor, request.now, [request.require_me()])
    return show_page(
        request, "invitation.html", title=find_desk_words(request.language).link_title, link=link, name=name
    )


@desk.route("/staff/invitations/{invitation}/withdraw", right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def withdraw_invitation(request: DeskRequest, invitation: str) -> Response:
    """Withdraw an invitation."""
    withdrawn = request.services.invitations.withdraw_invitation(invitation)
    request.services.table.commit_parts([request.require_me(), withdrawn, request.note("withdrew an invitation")])
    return lead_to(HERE)


@desk.route(MEMBER, right=Right.STAFF)
def show_member(request: DeskRequest, member: str) -> Response:
    """Show one member."""
    known = find_member(request, member)
    passkeys = request.services.passkeys.list_passkeys(known.staff_id)
    sessions = request.services.sessions.list_sessions(known, request.now) if known.is_active else []
    return show_page(
        request,
        "member.html",
        title=known.name,
        member=known,
        passkeys=passkeys,
        sessions=sessions,
        roles=list(Role),
    )


@desk.route("/staff/{member}/role", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def change_role(request: DeskRequest, member: str) -> Response:
    """Give a member another role; their sessions end."""
    known, role = find_member(request, member), read_role(request.form.get("role", ""))
    if role is not known.role:
        keep_owner(request, known)
        act_on(request, known, request.services.staff.write_role(known, role), f"gave {known.staff_id} the role {role}")
    return lead_to(f"{HERE}/{known.staff_id}")


@desk.route("/staff/{member}/dismiss", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def dismiss_member(request: DeskRequest, member: str) -> Response:
    """Dismiss a member: sessions and passkeys end at once, also for what is under way."""
    known = find_member(request, member)
    keep_owner(request, known)
    passkeys = request.services.passkeys.list_passkeys(known.staff_id)
    gone = request.services.staff.write_dismissal(known, request.now)
    parts = [*gone, *request.services.passkeys.remove_passkeys(passkeys)]
    act_on(request, known, parts, f"dismissed {known.staff_id}")
    return lead_to(HERE)


@desk.route("/staff/{member}/sign-out", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def sign_out_member(request: DeskRequest, member: str) -> Response:
    """End every session of a member."""
    known = find_member(request, member)
    act_on(request, known, [request.services.staff.end_sessions(known)], f"signed {known.staff_id} out everywhere")
    return lead_to(f"{HERE}/{known.staff_id}")


@desk.route("/staff/{member}/passkeys/{passkey}/remove", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def remove_passkey(request: DeskRequest, member: str, passkey: str) -> Response:
    """Remove the passkey of a lost device, and end the member's sessions: one may be on it."""
    known = find_member(request, member)
    removed = request.services.passkeys.remove_passkey(known.staff_id, passkey)
    parts = [removed, request.services.staff.end_sessions(known)]
    act_on(request, known, parts, f"removed a passkey of {known.staff_id}")
    return lead_to(f"{HERE}/{known.staff_id}")


def find_member(request: DeskRequest, staff_id: str) -> Member:
    """Return a member; raise UnknownPageError."""
    found = request.services.staff.read_member(staff_id)
    if found is None:
        raise UnknownPageError("There is no such member of staff.")
    return found


def keep_owner(request: DeskRequest, member: Member) -> None:
    """Refuse to take the last owner away, with the reason; the transaction refuses it again, without one."""
    if member.is_active and member.role is Role.OWNER and request.services.staff.count_owners() < 2:
        raise InvalidSubmissionError({"role": "last_owner"})


def act_on(request: DeskRequest, member: Member, parts: list[Part], reason: str) -> None:
    """Write an act on a member with its line in the audit; raise RaceLostError.

    The member who acts must still be active. Where they act on themselves, their own row's condition says so already.
    """
    own = [] if member.staff_id == request.me.staff_id else [request.require_me()]
    request.services.table.commit_parts([*own, *parts, request.note(reason)])
