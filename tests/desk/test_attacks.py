"""Attacks on the desk, generated from the table of routes; `docs/security.md` has the table of attacks and tests.

What other files of this folder hold is not repeated: posts from other sites, fixation and forged passkeys
(`test_sessions.py`, `test_passkeys.py`), each role on each route (`test_rights.py`), what customers type
(`test_shown_text.py`).
"""

import re
from urllib.parse import quote

import pytest

from chalicelib.desk import console
from chalicelib.desk.rights import MAY, Right
from chalicelib.store.staff import Role
from tests.builders.shop import a_submission

ROUTES = sorted(console.RULES)
WITH_IDS = [(method, path) for method, path in ROUTES if "{" in path]
ASHA = "asha@example.com"
ODD_IDS = ("x" * 22, "x", "x" * 3_000, "..", "%00", quote("<script>alert(1)"), "%F0%9F%92%A9", "cust%23core", "-1")
SECRETS = (ASHA, "Secret Street", "2025550123")


@pytest.fixture
def ids(taking, shop):
    """Return ids that exist: of a customer, a waiting item, a member of staff, an invitation."""
    shop.take(a_submission(email=ASHA, phone="2025550123", name="Asha Rao", street="Secret Street"))
    taking.invite("viewer", "Leyla Rahimi")
    [invitation] = taking.services.invitations.list_invitations(taking.now)
    return {
        "customer": shop.find_id(ASHA),
        "item": shop.quarantine(a_submission(email="b@example.com", name="Asha Rao")),
        "member": taking.hire("viewer", "Nia Cole").staff_id,
        "invitation": invitation.hash,
    }


def fill(path, value):
    return re.sub(r"{\w+}", value, path)


def call(browser, method, path, token):
    return browser.get(path) if method == "GET" else browser.post(path, token=token)


def is_quiet(answer):
    """Return whether an answer is a page of ours that tells nothing: no crash, and nothing of a customer."""
    page = answer.body.decode("utf-8", "replace")
    return answer.status_code < 500 and not any(secret in page for secret in (*SECRETS, "<img", "<script>"))


@pytest.mark.parametrize("route", WITH_IDS, ids=lambda route: " ".join(route))
def test_an_id_of_another_kind_or_of_none_finds_and_changes_nothing(taking, shop, ids, route):
    method, path = route
    owner = taking.hire("owner", "Mara Lind")
    token = owner.read_token()
    kind = re.search(r"{(\w+)}", path)[1]
    others = [value for name, value in ids.items() if name != kind]
    before = {table: shop.read_all(table) for table in ("customers", "inbox", "keys")}
    staff = {row["sk"]["S"]: row for row in shop.read_all("desk") if row["pk"]["S"] == "staff"}
    for value in (*ODD_IDS, *others):
        answer = call(owner, method, fill(path, value), token)
        assert is_quiet(answer), (value, answer.status_code)
    assert {table: shop.read_all(table) for table in before} == before
    assert {row["sk"]["S"]: row for row in shop.read_all("desk") if row["pk"]["S"] == "staff"} == staff


@pytest.mark.parametrize("role", [role for role in Role if Right.PEOPLE not in MAY[role]])
def test_who_may_open_nobody_reads_nothing_by_ids_that_exist(taking, ids, role):
    browser = taking.hire(role, "Leyla Rahimi")
    token = browser.read_token()
    lines = len(list(taking.services.audit.list_accesses("2026-03")))
    for method, path in ROUTES:
        right = console.RULES[method, path].right
        if right in (Right.OPEN, Right.SELF) or right in MAY[role]:
            continue
        filled = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "x" * 22), path)
        answer = call(browser, method, filled, token)
        assert answer.status_code == 403, (method, path)
        assert is_quiet(answer), (method, path)
        assert "Asha" not in answer.body.decode(), (method, path)
    assert len(list(taking.services.audit.list_accesses("2026-03"))) == lines


def test_a_stolen_cookie_opens_no_route_after_the_sign_out(taking, ids):
    owner = taking.hire("owner", "Mara Lind")
    thief = taking.open_browser()
    thief.cookies, token = dict(owner.cookies), owner.read_token()
    assert thief.get("/today").status_code == 200
    owner.post("/sign-out")
    for method, path in ROUTES:
        if console.RULES[method, path].right is Right.OPEN:
            continue
        filled = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "x" * 22), path)
        answer = call(thief, method, filled, token)
        if console.RULES[method, path].right is Right.PUT:  # asks for a till's credential, which no session is
            assert answer.status_code == 403, (method, path)
            continue
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in"), (method, path)


def test_a_cookie_with_anothers_id_or_a_token_of_ones_own_choosing_is_nobodys(taking):
    owner, ben = taking.hire("owner", "Mara Lind"), taking.hire("staff", "Ben Okafor")
    mine = ben.cookies["__Host-desk"].partition(".")[2]
    for cookie in (f"{owner.staff_id}.{mine}", f"{owner.staff_id}.{'A' * 43}", f"{owner.staff_id}.", "." + mine, "x"):
        forger = taking.open_browser()
        forger.cookies = {"__Host-desk": cookie}
        assert forger.get("/staff").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("route", [each for each in ROUTES if each[0] == "GET"], ids=lambda route: route[1])
def test_every_answer_is_framed_by_nobody_and_kept_nowhere(taking, route):
    owner = taking.hire("owner", "Mara Lind")
    answer = owner.get(fill(route[1], "x" * 22))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.status_code != 303 and not answer.headers["Content-Type"].startswith("text/html"):
        assert console.RULES[route].right in (Right.OPEN, Right.PUT)  # files of ours, and what a till asks for
        return
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    if answer.status_code != 303:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_headers_that_lie_change_nothing(taking):
    owner = taking.hire("owner", "Mara Lind")
    for headers in (
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
        {"X-HTTP-Method-Override": "POST"},
        {"X-Original-URL": "/staff"},
    ):
        answer = owner.get("/account", **headers)
        assert answer.status_code == 200
        assert "evil.example" not in answer.body.decode() + str(answer.headers)
