"""Sessions: how they begin and end, and what another site, an old token or a stolen cookie can do with them."""

import re

import pytest

from chalicelib.desk import console
from chalicelib.desk.rights import Right

OPEN_POSTS = [path for (method, path), rule in console.RULES.items() if method == "POST" and rule.right is Right.OPEN]
POSTS = sorted(path for (method, path), rule in console.RULES.items() if method == "POST" and not rule.foreign)


def is_out(browser):
    return browser.get("/").headers.get("Location", "").startswith("/sign-in")


def test_a_cookie_is_bound_to_host_tls_and_site_and_hidden_from_scripts(desk):
    answer = desk.open_browser().join(desk.invite())
    session, number = answer.headers["Set-Cookie"]
    assert re.fullmatch(r"__Host-desk=[\w-]{22}\.[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict", session)
    assert number.startswith("__Host-desk-try=; Max-Age=0;")
    assert "Domain" not in session


def test_each_sign_in_has_a_token_of_its_own_and_none_can_be_planted(desk):
    owner = desk.hire()
    first = owner.cookies["__Host-desk"]
    planted = desk.open_browser()
    planted.key = owner.key
    planted.cookies["__Host-desk"] = f"{owner.staff_id}.{'A' * 43}"
    planted.cookies["__Host-desk-try"] = "B" * 43
    assert planted.sign_in().status_code == 303
    assert planted.cookies["__Host-desk"] not in (first, f"{owner.staff_id}.{'A' * 43}")
    other = desk.open_browser()
    other.cookies["__Host-desk"] = f"{owner.staff_id}.{'A' * 43}"
    assert is_out(other)


def test_a_stolen_cookie_is_worth_nothing_after_the_sign_out(desk):
    owner = desk.hire()
    thief = desk.open_browser()
    thief.cookies = dict(owner.cookies)
    assert not is_out(thief)
    assert owner.post("/sign-out").headers["Location"] == "/sign-in"
    assert is_out(thief)
    assert "__Host-desk" not in owner.cookies


def test_a_session_ends_after_twelve_idle_hours(desk):
    owner = desk.hire()
    for _ in range(3):
        desk.wait(hours=11, minutes=59)
        assert not is_out(owner)
    desk.wait(hours=12, minutes=6)  # the last use is written down every five minutes
    assert is_out(owner)


def test_a_session_ends_after_seven_days_however_busy(desk):
    owner = desk.hire()
    for _ in range(16):
        desk.wait(hours=10)
        assert not is_out(owner)
    desk.wait(hours=8, minutes=1)
    assert is_out(owner)


def test_use_is_written_down_every_five_minutes_at_most(desk):
    owner = desk.hire()
    [session] = desk.services.sessions.list_sessions(desk.services.staff.read_member(owner.staff_id), desk.now)
    for wait, seen in (({"minutes": 4}, False), ({"minutes": 2}, True)):
        desk.wait(**wait)
        owner.get("/")
        [found] = desk.services.sessions.list_sessions(desk.services.staff.read_member(owner.staff_id), desk.now)
        assert (found.seen > session.seen) is seen


@pytest.mark.parametrize("path", POSTS)
def test_no_post_of_another_site_is_taken(desk, path):
    owner = desk.hire()
    token = owner.read_token()
    before = desk.stage.read_all("desk")
    filled = re.sub(r"{\w+}", owner.staff_id, path)
    for site in ("cross-site", "same-site", "none", ""):
        headers = {} if site else {"Origin": "https://evil.example"}
        assert owner.post(filled, site=site, token=token, headers=headers).status_code == 403, site
        assert desk.stage.read_all("desk") == before, site


def test_the_one_press_of_a_mail_program_alone_comes_from_anywhere():
    assert [path for path, rule in console.RULES.items() if rule.foreign] == [("POST", "/weekly/{token}")]


def test_an_older_browser_names_our_origin_instead(desk):
    owner = desk.hire()
    token = owner.read_token()
    for origin, status in (
        ("http://localhost:8003", 303),
        ("null", 403),
        ("http://localhost:8003.evil.example", 403),
        ("https://localhost:8003", 403),
    ):
        posted = owner.post("/account/language", site="", token=token, headers={"Origin": origin}, language="fa")
        assert posted.status_code == status, origin
    forged = {"Origin": "http://localhost:8003"}  # a browser that sends Sec-Fetch-Site is believed in that alone
    assert owner.post("/account/language", site="cross-site", token=token, headers=forged).status_code == 403


@pytest.mark.parametrize("path", sorted(set(POSTS) - set(OPEN_POSTS)))
def test_no_post_is_taken_without_the_token_of_this_session(desk, path):
    owner, other = desk.hire(), desk.hire("owner", "Ben Okafor")
    before = desk.stage.read_all("desk")
    filled = re.sub(r"{\w+}", owner.staff_id, path)
    old = other.read_token()
    for token in ("", "0" * 64, old, "é"):
        assert owner.post(filled, token=token, name="X", role="staff").status_code == 403
    assert desk.stage.read_all("desk") == before


def test_the_token_of_an_earlier_session_is_worth_nothing(desk):
    owner = desk.hire()
    old = owner.read_token()
    owner.sign_in()
    assert owner.post("/account/language", token=old, language="fa").status_code == 403
    assert owner.post("/account/language", language="fa").status_code == 303


def test_a_touch_holds_for_this_session_and_five_minutes(desk):
    owner = desk.hire()
    other = desk.open_browser()
    other.key = owner.key
    other.sign_in()
    desk.wait(minutes=6)
    assert owner.touch(next="/staff").headers["Location"] == "/staff"
    assert owner.post("/staff/invitations", name="Ben Okafor", role="staff").status_code == 200
    assert "/touch" in other.post("/staff/invitations", name="Ben Okafor", role="staff").headers["Location"]
    desk.wait(minutes=6)
    assert "/touch" in owner.post("/staff/invitations", name="Ben Okafor", role="staff").headers["Location"]


def test_a_touch_takes_ones_own_passkey_and_this_sessions_challenge_alone(desk):
    owner, ben = desk.hire(), desk.hire("staff", "Ben Okafor")
    options = owner.ask("/touch/challenge")
    assert owner.post("/touch", passkey=ben.key.show(options)).status_code == 401
    other = desk.open_browser()
    other.key = owner.key
    other.sign_in()
    foreign = other.ask("/touch/challenge")
    assert owner.post("/touch", passkey=owner.key.show(foreign)).status_code == 401
    fresh = owner.ask("/touch/challenge")
    owner.key.handle = b""  # a security key may leave it out where it was asked by name
    assert owner.post("/touch", passkey=owner.key.show(fresh)).status_code == 303


def test_a_session_is_ended_from_the_list_and_nobody_elses_is(desk):
    owner, ben = desk.hire(), desk.hire("staff", "Ben Okafor")
    other = desk.open_browser()
    other.key = ben.key
    other.sign_in()
    sessions = desk.services.sessions.list_sessions(desk.services.staff.read_member(ben.staff_id), desk.now)
    names = {each.name for each in sessions}
    for name in names:
        owner.post(f"/account/sessions/{name}/end")
    assert not is_out(ben)
    page = ben.read("/account")
    [elsewhere] = [name for name in names if f"/account/sessions/{name}/end" in page]
    ben.post(f"/account/sessions/{elsewhere}/end")
    assert is_out(other)
    assert not is_out(ben)


def test_signing_out_everywhere_ends_each_session(desk):
    owner = desk.hire()
    other = desk.open_browser()
    other.key = owner.key
    other.sign_in()
    assert owner.post("/account/sign-out-everywhere").headers["Location"] == "/sign-in"
    assert is_out(other)
    assert owner.sign_in().status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aX",
        "/a?b",
        "/é",
        "",
        "evil",
    ],
)
def test_no_page_leads_to_another_site(desk, path):
    owner = desk.hire()
    assert owner.sign_in(next=path).headers["Location"] == "/today"
    assert owner.touch(next=path).headers["Location"] == "/"
    page = owner.get("/touch?next=" + path.replace("\\", "%5C").replace("é", "%C3%A9")).body.decode()
    assert 'name="next" value="/"' in page
    assert "evil" not in page


def test_a_page_is_come_back_to_after_signing_in(desk):
    owner = desk.hire()
    path = f"/staff/{owner.staff_id}"
    out = desk.open_browser()
    out.key = owner.key
    assert out.get(path).headers["Location"] == f"/sign-in?next={path.replace('/', '%2F')}"
    assert f'name="next" value="{path}"' in out.read(f"/sign-in?next={path}")
    assert out.sign_in(next=path).headers["Location"] == path


@pytest.mark.parametrize("page", ["/", "/account", "/staff", "/sign-in", "/join/nothing", "/touch", "/staff/nobody"])
def test_every_page_is_framed_by_nobody_kept_nowhere_and_runs_our_script_alone(desk, page):
    browser = desk.open_browser() if page in ("/sign-in", "/join/nothing") else desk.hire()
    answer = browser.get(page)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == policy["default-src"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    page = answer.body.decode()
    assert re.findall(r"<script(?! src=\"/desk\.js)", page) == []
    assert " style=" not in page
    assert re.search(r"\son\w+=", page) is None


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("application/x-www-form-urlencoded", b"language=fa&language=en", 400),
        ("application/x-www-form-urlencoded", b"language=%ff", 400),
        ("application/x-www-form-urlencoded", b"a" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(201)), 400),
    ],
)
def test_an_odd_body_is_refused_with_a_page(desk, kind, body, status):
    answer = desk.hire().call("POST", "/account/language", body, Content_Type=kind)
    assert answer.status_code == status
    assert b"<h1" in answer.body


def test_the_language_is_the_sessions(desk):
    owner = desk.hire()
    assert owner.post("/account/language", language="xx").status_code == 422
    assert owner.post("/account/language", language="fa").status_code == 303
    page = owner.read("/")
    assert '<html lang="fa" dir="rtl">' in page
    assert '<html lang="hi"' in desk.open_browser().read("/sign-in?lang=hi")
