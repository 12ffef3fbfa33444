"""The Staff page and the page of each member: invite, change a role, sign out, remove a passkey, dismiss."""

from collections.abc import Mapping

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.invite import check_name, invite_member, read_role
from chalicelib.desk.rights import Right
from chalicelib.desk.visit import Visit
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError, UnknownPageError
from chalicelib.store.parts import Part
from chalicelib.store.staff import Member, Role, make_staff_id

desk = DeskBlueprint(__name__)
HERE, MEMBER = "/staff", "/staff/{member}"


@desk.route(HERE, right=Right.STAFF)
def show_staff(visit: Visit) -> Response:
    """Show everybody, open invitations, and the form that invites."""
    return show_list(visit)


def show_list(visit: Visit, faults: Mapping[str, str] | None = None) -> Response:
    """Return the Staff page; `faults` are of the form that was just sent."""
    services = visit.services
    members = sorted(services.staff.list_members(), key=lambda each: (not each.is_active, each.name.casefold()))
    return show_page(
        visit,
        "staff.html",
        title=find_desk_words(visit.language).staff,
        status=422 if faults else 200,
        members=[(each, *describe_member(visit, each)) for each in members],
        invitations=list(services.invitations.list_invitations(visit.now)),
        roles=list(Role),
        faults=faults or {},
        typed=visit.form if faults else {},
    )


def describe_member(visit: Visit, member: Member) -> tuple[int, str]:
    """Return how many passkeys a member has, and when they were seen last (RFC 3339), or ""."""
    passkeys = visit.services.passkeys.list_passkeys(member.staff_id)
    seen = [each.seen for each in visit.services.sessions.list_sessions(member, visit.now)]
    last = max([*seen, *(each.used for each in passkeys)], default=None)
    return len(passkeys), last.isoformat() if last else ""


@desk.route("/staff/invitations", right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def invite_somebody(visit: Visit) -> Response:
    """Make an invitation and show its link, once."""
    try:
        name, role = check_name(visit.form.get("name", "")), read_role(visit.form.get("role", ""))
    except InvalidSubmissionError as refusal:
        return show_list(visit, refusal.fields)
    return show_link(visit, make_staff_id(), name, role)


@desk.route("/staff/{member}/invite", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def invite_again(visit: Visit, member: str) -> Response:
    """Let somebody make a new passkey who has lost theirs, or who comes back."""
    known = find_member(visit, member)
    return show_link(visit, known.staff_id, known.name, known.role)


def show_link(visit: Visit, staff_id: str, name: str, role: Role) -> Response:
    """Return the page with the link of a new invitation."""
    actor = visit.me.staff_id
    link = invite_member(visit.services, staff_id, name, role, actor, visit.now, [visit.require_me()])
    return show_page(visit, "invitation.html", title=find_desk_words(visit.language).link_title, link=link, name=name)


@desk.route("/staff/invitations/{invitation}/withdraw", right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def withdraw_invitation(visit: Visit, invitation: str) -> Response:
    """Withdraw an invitation."""
    withdrawn = visit.services.invitations.withdraw_invitation(invitation)
    visit.services.table.commit_parts([visit.require_me(), withdrawn, visit.note("withdrew an invitation")])
    return lead_to(HERE)


@desk.route(MEMBER, right=Right.STAFF)
def show_member(visit: Visit, member: str) -> Response:
    """Show one member."""
    known = find_member(visit, member)
    passkeys = visit.services.passkeys.list_passkeys(known.staff_id)
    sessions = visit.services.sessions.list_sessions(known, visit.now) if known.is_active else []
    return show_page(
        visit,
        "member.html",
        title=known.name,
        member=known,
        passkeys=passkeys,
        sessions=sessions,
        roles=list(Role),
    )


@desk.route("/staff/{member}/role", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def change_role(visit: Visit, member: str) -> Response:
    """Give a member another role; their sessions end."""
    known, role = find_member(visit, member), read_role(visit.form.get("role", ""))
    if role is not known.role:
        keep_owner(visit, known)
        act_on(visit, known, visit.services.staff.write_role(known, role), f"gave {known.staff_id} the role {role}")
    return lead_to(f"{HERE}/{known.staff_id}")


@desk.route("/staff/{member}/dismiss", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def dismiss_member(visit: Visit, member: str) -> Response:
    """Dismiss a member: sessions and passkeys end at once, also for what is under way."""
    known = find_member(visit, member)
    keep_owner(visit, known)
    passkeys = visit.services.passkeys.list_passkeys(known.staff_id)
    gone = visit.services.staff.write_dismissal(known, visit.now)
    parts = [*gone, *visit.services.passkeys.remove_passkeys(passkeys)]
    act_on(visit, known, parts, f"dismissed {known.staff_id}")
    return lead_to(HERE)


@desk.route("/staff/{member}/sign-out", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def sign_out_member(visit: Visit, member: str) -> Response:
    """End every session of a member."""
    known = find_member(visit, member)
    act_on(visit, known, [visit.services.staff.end_sessions(known)], f"signed {known.staff_id} out everywhere")
    return lead_to(f"{HERE}/{known.staff_id}")


@desk.route("/staff/{member}/passkeys/{passkey}/remove", right=Right.STAFF, methods=("POST",), fresh=True, back=MEMBER)
def remove_passkey(visit: Visit, member: str, passkey: str) -> Response:
    """Remove the passkey of a lost device, and end the member's sessions: one may be on it."""
    known = find_member(visit, member)
    removed = visit.services.passkeys.remove_passkey(known.staff_id, passkey)
    parts = [removed, visit.services.staff.end_sessions(known)]
    act_on(visit, known, parts, f"removed a passkey of {known.staff_id}")
    return lead_to(f"{HERE}/{known.staff_id}")


def find_member(visit: Visit, staff_id: str) -> Member:
    """Return a member; raise UnknownPageError."""
    found = visit.services.staff.read_member(staff_id)
    if found is None:
        raise UnknownPageError("There is no such member of staff.")
    return found


def keep_owner(visit: Visit, member: Member) -> None:
    """Refuse to take the last owner away, with the reason; the transaction refuses it again, without one."""
    if member.is_active and member.role is Role.OWNER and visit.services.staff.count_owners() < 2:
        raise InvalidSubmissionError({"role": "last_owner"})


def act_on(visit: Visit, member: Member, parts: list[Part], reason: str) -> None:
    """Write an act on a member with its line in the audit; raise RaceLostError.

    Whoever acts must still be active. Where they act on themselves, their own row's condition says so already.
    """
    own = [] if member.staff_id == visit.me.staff_id else [visit.require_me()]
    visit.services.table.commit_parts([*own, *parts, visit.note(reason)])
