"""Signing in by passkeys: invitation, session, and every answer that is not a good one."""

import json

import pytest

from tests.builders.authenticator import PRESENT, Authenticator

EXPIRED = {"hours": 24, "seconds": 1}


def test_an_invitation_makes_an_owner_who_signs_in_again_elsewhere(desk):
    path = desk.invite("owner", "Mara Lind")
    browser = desk.open_browser()
    page = browser.read(path)
    assert "Welcome, Mara Lind" in page
    assert browser.join(path).headers["Location"] == "/account"

    other = desk.open_browser()
    other.key = browser.key
    assert other.get("/staff").headers["Location"] == "/sign-in?next=%2Fstaff"
    assert other.sign_in(next="/staff").headers["Location"] == "/staff"
    assert "Mara Lind" in other.read("/staff")
    assert desk.list_audit() == [
        ("operator", f"invited {browser.staff_id} as owner"),
        (browser.staff_id, "joined as owner"),
        (browser.staff_id, "signed in"),
    ]


def test_looking_at_an_invitation_uses_nothing_up_and_joining_does(desk):
    path = desk.invite()
    browser = desk.open_browser()
    for _ in range(3):
        browser.read(path)
    assert browser.join(path).status_code == 303
    assert desk.open_browser().get(path).status_code == 404
    second = desk.open_browser()
    assert second.post(f"{path}/challenge", token="").status_code == 404
    assert second.post(path, token="", passkey="{}").status_code == 404


def test_two_who_join_by_one_invitation_at_once_are_one(desk):
    path = desk.invite()
    first, second = desk.open_browser(), desk.open_browser()
    options = second.ask(f"{path}/challenge", token="")
    assert first.join(path).status_code == 303
    late = second.post(path, token="", passkey=second.key.make(options))
    assert late.status_code == 404
    assert "__Host-desk" not in second.cookies
    assert desk.services.staff.count_owners() == 1


def test_an_invitation_ends_after_a_day(desk):
    path = desk.invite()
    desk.wait(**EXPIRED)
    answer = desk.open_browser().get(path)
    assert answer.status_code == 404
    assert "This invitation is over" in answer.body.decode()
    assert desk.open_browser().post(f"{path}/challenge", token="").status_code == 404


def test_a_withdrawn_invitation_is_over(desk):
    owner = desk.hire()
    link = owner.read_link(owner.post("/staff/invitations", name="Ben Okafor", role="staff"))
    [invitation] = desk.services.invitations.list_invitations(desk.now)
    assert owner.post(f"/staff/invitations/{invitation.hash}/withdraw").headers["Location"] == "/staff"
    assert desk.open_browser().get(link).status_code == 404
    assert owner.post(f"/staff/invitations/{invitation.hash}/withdraw").status_code == 409


def refuse(browser, answer):
    """Sign in with an answer; it must be refused, and nobody signed in."""
    refused = browser.post("/sign-in", token="", passkey=answer)
    assert refused.status_code == 401, refused.body
    assert "__Host-desk" not in browser.cookies


def a_second_browser(desk, owner):
    browser = desk.open_browser()
    browser.key = owner.key
    return browser, browser.ask("/sign-in/challenge", token="")


def test_an_assertion_works_once(desk):
    browser, options = a_second_browser(desk, desk.hire())
    answer = browser.key.show(options)
    number = dict(browser.cookies)
    assert browser.post("/sign-in", token="", passkey=answer).status_code == 303
    again = desk.open_browser()
    again.cookies = number
    refuse(again, answer)


def test_a_challenge_is_worth_nothing_in_another_browser(desk):
    browser, options = a_second_browser(desk, desk.hire())
    thief, _ = a_second_browser(desk, browser)
    refuse(thief, browser.key.show(options))
    nameless = desk.open_browser()
    refuse(nameless, browser.key.show(options))


def test_a_challenge_is_over_after_five_minutes(desk):
    browser, options = a_second_browser(desk, desk.hire())
    desk.wait(minutes=5)
    refuse(browser, browser.key.show(options))


def test_a_challenge_for_a_touch_signs_nobody_in(desk):
    owner = desk.hire()
    options = owner.ask("/touch/challenge")
    browser, _ = a_second_browser(desk, owner)
    refuse(browser, browser.key.show(options))


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://desk.example"},
        {"origin": "http://localhost:8004"},
        {"host": "example.org"},
        {"id": b"x" * 32},
        {"handle": b"nobody"},
        {"handle": b""},
        {"key": Authenticator().key},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_assertion_of_another_origin_host_key_or_person_is_refused(desk, change):
    browser, options = a_second_browser(desk, desk.hire())
    for name, value in change.items():
        setattr(browser.key, name, value)
    refuse(browser, browser.key.show(options))


def test_a_passkey_that_did_not_verify_its_user_is_refused(desk):
    browser, options = a_second_browser(desk, desk.hire())
    refuse(browser, browser.key.show(options, flags=PRESENT))
    path = desk.invite()
    joining = desk.open_browser()
    options = joining.ask(f"{path}/challenge", token="")
    assert joining.post(path, token="", passkey=joining.key.make(options, flags=PRESENT)).status_code == 401
    assert joining.get(path).status_code == 200  # the invitation is still good


def test_what_was_made_is_not_what_is_shown(desk):
    browser, options = a_second_browser(desk, desk.hire())
    refuse(browser, browser.key.show(options, kind="webauthn.create"))


def test_a_copied_passkey_is_noticed_by_its_counter(desk):
    owner = desk.hire()
    owner.key.counter = 5
    assert owner.sign_in().status_code == 303
    owner.key.counter = 4
    browser, options = a_second_browser(desk, owner)
    refuse(browser, browser.key.show(options))
    owner.key.counter = 6
    assert owner.sign_in().status_code == 303


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "{", '{"response": 1}', '{"id": "a", "rawId": "!", "response": {}}']
)
def test_what_is_no_answer_is_refused_without_a_crash(desk, answer):
    browser, _ = a_second_browser(desk, desk.hire())
    refused = browser.post("/sign-in", token="", passkey=answer)
    assert refused.status_code in (400, 401)


def test_an_answer_that_is_cut_or_changed_anywhere_is_refused(desk):
    browser, options = a_second_browser(desk, desk.hire())
    whole = json.loads(browser.key.show(options))
    for name, text in whole["response"].items():
        for changed in (text[:-8], "AAAA" + text[4:], "", "%"):
            answer = json.dumps({**whole, "response": {**whole["response"], name: changed}})
            refused = browser.post("/sign-in", token="", passkey=answer)
            assert refused.status_code == 401, name


def test_a_refused_passkey_of_somebody_known_is_in_the_audit(desk):
    owner = desk.hire()
    browser, options = a_second_browser(desk, owner)
    browser.key.origin = "https://desk.example"
    refuse(browser, browser.key.show(options))
    assert desk.list_audit()[-1] == (owner.staff_id, "passkey refused")
    lines = len(desk.list_audit())
    browser.key.handle = b"somebody else"
    refuse(browser, browser.key.show(browser.ask("/sign-in/challenge", token="")))
    assert len(desk.list_audit()) == lines  # who knows no staff id fills no audit


def test_a_second_passkey_is_asked_for_until_there_are_two(desk):
    owner = desk.hire()
    assert "Please make a second passkey" in owner.read("/")
    options = owner.ask("/account/passkeys/challenge")
    known = [each["id"] for each in options["publicKey"]["excludeCredentials"]]
    assert len(known) == 1
    second = Authenticator()
    assert owner.post("/account/passkeys", passkey=second.make(options)).headers["Location"] == "/account"
    assert "Please make a second passkey" not in owner.read("/")
    first, owner.key = owner.key, second
    assert owner.sign_in().status_code == 303
    owner.key = first
    assert owner.sign_in().status_code == 303


def test_a_challenge_for_another_session_adds_no_passkey(desk):
    owner, other = desk.hire(), desk.hire("staff", "Ben Okafor")
    options = other.ask("/account/passkeys/challenge")
    assert owner.post("/account/passkeys", passkey=Authenticator().make(options)).status_code == 401
    assert len(desk.services.passkeys.list_passkeys(owner.staff_id)) == 1


def test_the_last_own_passkey_stays_and_an_eleventh_is_refused(desk):
    owner = desk.hire()
    [only] = desk.services.passkeys.list_passkeys(owner.staff_id)
    assert owner.post(f"/account/passkeys/{only.name}/remove").status_code == 422
    for _ in range(9):
        options = owner.ask("/account/passkeys/challenge")
        owner.post("/account/passkeys", passkey=Authenticator().make(options))
    assert owner.post("/account/passkeys/challenge").status_code == 422
    assert owner.post(f"/account/passkeys/{only.name}/remove").headers["Location"] == "/sign-in"
    assert owner.sign_in().status_code == 401  # that passkey is gone


def test_somebody_who_lost_every_passkey_is_invited_anew_and_the_old_ones_end(desk):
    owner, ben = desk.hire(), desk.hire("staff", "Ben Okafor")
    link = owner.read_link(owner.post(f"/staff/{ben.staff_id}/invite"))
    fresh = desk.open_browser()
    assert fresh.join(link).status_code == 303
    assert fresh.staff_id == ben.staff_id
    assert ben.get("/").headers["Location"].startswith("/sign-in")
    assert ben.sign_in().status_code == 401
    member = desk.services.staff.read_member(fresh.staff_id)
    assert (member.name, member.role) == ("Ben Okafor", "staff")


def test_the_operator_lets_a_lost_last_owner_in_again(desk):
    owner = desk.hire()
    fresh = desk.open_browser()
    assert fresh.join(desk.invite("owner", "Mara Lind", owner.staff_id)).status_code == 303
    assert desk.services.staff.count_owners() == 1
    assert "Staff" in fresh.read("/staff")


def test_options_ask_for_what_a_passkey_must_be(desk):
    made = desk.open_browser().ask(f"{desk.invite()}/challenge", token="")["publicKey"]
    assert made["rp"]["id"] == "localhost"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["authenticatorSelection"]["userVerification"] == "required"
    asked = desk.open_browser().ask("/sign-in/challenge", token="")["publicKey"]
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")


def test_the_host_of_a_passkey_is_that_of_the_desk(desk):
    desk.services.settings = replace_url(desk, "https://desk.shop.example/")
    made = desk.open_browser().ask(f"{desk.invite()}/challenge", token="")["publicKey"]
    assert made["rp"]["id"] == "desk.shop.example"


def replace_url(desk, url):
    return desk.services.settings.model_copy(update={"desk_url": url})


def test_rows_hold_no_token(desk, tables):
    owner = desk.hire()
    path = desk.invite("staff", "Ben Okafor")
    rows = str(tables.read_all("desk"))
    token = owner.cookies["__Host-desk"].partition(".")[2]
    assert token not in rows
    assert path.rpartition("/")[2] not in rows
    assert owner.read_token() not in rows
