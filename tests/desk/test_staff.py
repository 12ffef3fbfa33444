"""The Staff page: inviting, changing, dismissing; and the condition that every later act carries."""

import threading

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.store.staff import Role, State
from tests.builders.authenticator import Authenticator


@pytest.fixture
def owner(desk):
    return desk.hire("owner", "Mara Lind")


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


def is_out(browser):
    return browser.get("/").headers.get("Location", "").startswith("/sign-in")


def test_an_owner_invites_by_a_link_that_is_shown_once(desk, owner):
    answer = owner.post("/staff/invitations", name="  Ben \u202e Okafor ", role="viewer")
    link = owner.read_link(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    page = owner.read("/staff")
    assert "Ben Okafor" in page
    assert link not in page
    newcomer = desk.open_browser()
    assert newcomer.join(link).status_code == 303
    assert desk.services.staff.read_member(newcomer.staff_id).role is Role.VIEWER
    assert (owner.staff_id, f"invited {newcomer.staff_id} as viewer") in desk.list_audit()


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [("", "staff", "give a name"), ("\u200b\x00", "king", "one of the list"), ("x" * 61, "staff", "shorter name")],
)
def test_an_invitation_that_lacks_something_says_what(owner, desk, name, role, told):
    answer = owner.post("/staff/invitations", name=name, role=role)
    assert answer.status_code == 422
    assert told in answer.body.decode()
    assert list(desk.services.invitations.list_invitations(desk.now)) == []


def test_the_page_lists_role_state_passkeys_and_when_last_seen(desk, owner, ben):
    page = owner.read("/staff")
    for text in ("Mara Lind", "Ben Okafor", "Staff", "passkeys: 1", "last seen", "2026-03-01 12:00 UTC"):
        assert text in page
    assert "Android" in owner.read(f"/staff/{ben.staff_id}")


def test_somebody_dismissed_is_out_at_the_next_click(desk, owner, ben):
    assert not is_out(ben)
    assert owner.post(f"/staff/{ben.staff_id}/dismiss").headers["Location"] == "/staff"
    assert is_out(ben)
    assert ben.sign_in().status_code == 401
    assert "dismissed" in owner.read("/staff")
    assert (owner.staff_id, f"dismissed {ben.staff_id}") in desk.list_audit()
    assert owner.post(f"/staff/{ben.staff_id}/dismiss").status_code == 409


def test_a_role_changes_and_ends_the_sessions_of_the_old_one(desk, owner, ben):
    assert owner.post(f"/staff/{ben.staff_id}/role", role="owner").status_code == 303
    assert is_out(ben)
    ben.sign_in()
    assert ben.get("/staff").status_code == 200
    assert desk.services.staff.count_owners() == 2
    assert (owner.staff_id, f"gave {ben.staff_id} the role owner") in desk.list_audit()
    assert ben.post(f"/staff/{owner.staff_id}/role", role="viewer").status_code == 303
    assert desk.services.staff.count_owners() == 1


def test_the_last_owner_can_be_neither_dismissed_nor_given_another_role(desk, owner, ben):
    for act, fields in (("dismiss", {}), ("role", {"role": "staff"})):
        answer = owner.post(f"/staff/{owner.staff_id}/{act}", **fields)
        assert answer.status_code == 422
        assert "last owner" in answer.body.decode()
    member = desk.services.staff.read_member(owner.staff_id)
    assert (member.role, member.state, member.number) == (Role.OWNER, State.ACTIVE, 1)
    for parts in (
        desk.services.staff.write_dismissal(member, desk.now),
        desk.services.staff.write_role(member, Role.STAFF),
    ):
        with pytest.raises(RaceLostError):  # the transaction refuses it too, whoever asks
            desk.services.table.commit_parts(parts)


def test_two_owners_who_dismiss_each_other_at_once_leave_one(desk, owner, stack):
    other = desk.hire("owner", "Ben Okafor")
    staff = desk.services.staff
    acts = [
        [staff.require_active(owner.staff_id, 1), *staff.write_dismissal(staff.read_member(other.staff_id), desk.now)],
        [staff.require_active(other.staff_id, 1), *staff.write_dismissal(staff.read_member(owner.staff_id), desk.now)],
    ]
    lost = []

    def act(parts):
        try:
            desk.services.table.commit_parts(parts)
        except RaceLostError:
            lost.append(parts)

    threads = [threading.Thread(target=act, args=(parts,)) for parts in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost
    assert staff.count_owners() == sum(each.is_active for each in staff.list_members()) >= 1


def test_a_lost_phones_passkey_is_removed_and_its_sessions_end(desk, owner, ben):
    options = ben.ask("/account/passkeys/challenge")
    spare = Authenticator()
    ben.post("/account/passkeys", passkey=spare.make(options))
    lost, _ = desk.services.passkeys.list_passkeys(ben.staff_id)
    assert owner.post(f"/staff/{ben.staff_id}/passkeys/{lost.name}/remove").status_code == 303
    assert is_out(ben)
    assert ben.sign_in().status_code == 401
    ben.key = spare
    assert ben.sign_in().status_code == 303
    assert owner.post(f"/staff/{ben.staff_id}/passkeys/{lost.name}/remove").status_code == 409


def test_an_owner_signs_somebody_out_everywhere(owner, ben):
    assert owner.post(f"/staff/{ben.staff_id}/sign-out").status_code == 303
    assert is_out(ben)
    assert ben.sign_in().status_code == 303


@pytest.mark.parametrize("act", ["", "/role", "/dismiss", "/invite", "/sign-out", "/passkeys/x/remove"])
def test_an_id_that_is_nobodys_is_not_found(owner, act):
    path = f"/staff/nobody{act}"
    answer = owner.post(path, role="staff") if act else owner.get(path)
    assert answer.status_code == 404


def test_who_is_dismissed_while_acting_does_nothing(desk, owner, ben):
    second = desk.hire("owner", "Leyla Rahimi")
    before = desk.services.staff.read_member(second.staff_id)
    owner.post(f"/staff/{second.staff_id}/dismiss")
    late = [
        desk.services.require_staff(before.staff_id, before.number),
        *desk.services.staff.write_dismissal(desk.services.staff.read_member(ben.staff_id), desk.now),
    ]
    with pytest.raises(RaceLostError):
        desk.services.table.commit_parts(late)
    assert not is_out(ben)


@pytest.mark.parametrize("act", ["dismiss", "sign-out", "role"])
def test_an_act_on_a_customer_fails_once_its_actor_was_changed(desk, owner, ben, act):
    member = desk.services.staff.read_member(ben.staff_id)
    services = desk.services
    line = services.audit.write_access("somebody", ben.staff_id, "opened", desk.now)
    services.table.commit_parts([services.require_staff(member.staff_id, member.number), line])
    assert (ben.staff_id, "opened") in desk.list_audit()
    owner.post(f"/staff/{ben.staff_id}/{act}", role="viewer")
    line = services.audit.write_access("somebody", ben.staff_id, "opened again", desk.now)
    with pytest.raises(RaceLostError):
        services.table.commit_parts([services.require_staff(member.staff_id, member.number), line])
    assert (ben.staff_id, "opened again") not in desk.list_audit()


def test_what_an_owner_types_is_shown_as_text(desk, owner):
    name = '<script>alert(1)</script>"><img src=x>'
    answer = owner.post("/staff/invitations", name=name, role="staff")
    pages = [answer.body.decode(), owner.read("/staff")]
    newcomer = desk.open_browser()
    link = owner.read_link(answer)
    pages.append(newcomer.read(link))
    newcomer.join(link)
    pages += [newcomer.read("/"), owner.read("/staff"), owner.read(f"/staff/{newcomer.staff_id}")]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "&lt;script&gt;" in page


def test_a_device_is_named_by_its_own_words_as_text(desk):
    browser = desk.open_browser()
    browser.headers["User-Agent"] = "<b>Firefox</b> Windows"
    browser.join(desk.invite())
    assert "Firefox · Windows" in browser.read("/account")
    assert "<b>Firefox" not in browser.read("/account")
