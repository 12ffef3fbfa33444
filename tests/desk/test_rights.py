"""Every route names its right, and every role meets every route: generated from the table of routes."""

import re

import pytest
from chalice.app import Chalice

from chalicelib.desk import console
from chalicelib.desk.rights import MAY, Right
from chalicelib.store.staff import Role
from tests.builders.desk import fill

ROUTES = sorted(console.RULES)
# Who may do what, written out a second time: a change of the table in `desk/rights.py` must be made here too.
EXPECTED = {
    Right.OPEN: {"nobody", "owner", "staff", "viewer", "till"},
    Right.SELF: {"owner", "staff", "viewer", "till"},
    Right.NUMBERS: {"owner", "staff", "viewer"},
    Right.PUT: set(),  # a till's credential, which is no role's: tests/desk/test_till.py
    Right.ENTER: {"owner", "staff", "till"},
    Right.PEOPLE: {"owner", "staff"},
    Right.CAMPAIGNS: {"owner", "staff"},
    Right.STAFF: {"owner"},
    Right.EXPORT: {"owner"},
}


def test_every_route_names_a_right():
    declared = {(method, path) for path, methods in console.app.routes.items() for method in methods}
    assert declared == set(console.RULES)
    assert console.list_unruled() == []


def test_a_route_without_a_right_is_noticed(monkeypatch):
    other = Chalice("other")
    other.route("/secret")(lambda: {})
    monkeypatch.setattr(console, "app", other)
    assert console.list_unruled() == [("GET", "/secret")]


def test_the_table_of_rights_is_the_one_that_is_expected():
    assert set(EXPECTED) == set(Right)
    found = {right: {role.value for role in Role if right in MAY[role]} for right in Right if right is not Right.OPEN}
    assert found == {right: people for right, people in EXPECTED.items() if right is not Right.OPEN}


def enter(desk, role):
    """Return the browser of somebody with a role, and the token of its forms."""
    if role == "nobody":
        return desk.open_browser(), ""
    browser = desk.hire(role, "Mara Lind")
    return browser, browser.read_token()


def ask(browser, token, route):
    method, path = route
    return browser.get(fill(path)) if method == "GET" else browser.post(fill(path), token=token)


EVERYBODY = ("nobody", *Role)
PASSED = [(route, role) for route in ROUTES for role in EVERYBODY if role in EXPECTED[console.RULES[route].right]]


@pytest.mark.parametrize(("route", "role"), PASSED, ids=lambda each: each if isinstance(each, str) else " ".join(each))
def test_every_role_passes_where_it_may(taking, route, role):
    answer = ask(*enter(taking, role), route)
    assert answer.status_code in (200, 303, 400, 401, 404, 409, 422), answer.body
    assert not answer.headers.get("Location", "").startswith("/sign-in?next=")


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_role_is_refused_where_it_may_not_pass(taking, role):
    browser, token = enter(taking, role)
    before = taking.stage.read_all("desk")
    for route in (each for each in ROUTES if (each, role) not in PASSED):
        answer = ask(browser, token, route)
        if role == "nobody" and console.RULES[route].right is not Right.PUT:
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in"), route
        else:
            assert answer.status_code == 403, route
        assert taking.stage.read_all("desk") == before, route


@pytest.mark.parametrize("route", [each for each in ROUTES if console.RULES[each].fresh], ids=lambda each: each[1])
def test_what_cannot_be_undone_asks_for_the_passkey_again(desk, route):
    owner = desk.hire()
    token = owner.read_token()
    desk.wait(minutes=5, seconds=1)
    before = desk.stage.read_all("desk")
    answer = owner.post(fill(route[1]), token=token, name="Ben Okafor", role="staff")
    back = fill(console.RULES[route].back)
    assert answer.headers["Location"] == f"/touch?next={back.replace('/', '%2F')}"
    assert [row for row in desk.stage.read_all("desk") if row not in before and "seen" not in row] == []


def test_every_act_of_an_owner_asks_for_the_passkey_again():
    owners = (Right.STAFF, Right.EXPORT)
    lax = {name for name, rule in console.RULES.items() if rule.right in owners and not rule.fresh}
    assert {path for method, path in lax if method != "GET"} == {"/privacy/lists/{tour}/delete"}  # one's own list


def test_a_page_hides_what_a_role_may_not(desk):
    assert 'href="/staff"' in desk.hire("owner").read("/")
    for role in ("staff", "viewer", "till"):
        assert 'href="/staff"' not in desk.hire(role).read("/")


def test_navigation_leads_to_routes_with_the_right_that_hides_them():
    from chalicelib.desk.navigation import NAVIGATION

    for right, path, _ in NAVIGATION:
        assert console.RULES["GET", path].right is right


def list_links(browser, path):
    """Return the links above a page, each with whether it leads to that page: those seen, then those folded away."""
    shown = browser.read(path).partition('<nav class="ways">')[2].partition("</nav>")[0]
    near, _, folded = shown.partition("<details>")
    return [re.findall('<a href="([^"]+)"( aria-current="page")?', part) for part in (near, folded)]


@pytest.mark.parametrize(("path", "seen"), [("/today", 4), ("/account", 5)])
def test_four_links_are_seen_and_the_one_to_the_open_page_is_never_folded_away(desk, path, seen):
    near, folded = list_links(desk.hire("owner"), path)
    assert len(near) == seen
    assert [each for each, here in near if here] == [path]
    assert [each for each, here in folded if here] == []
    assert "/staff" in dict(folded)
