"""The Find page: who is found by what, masked, noted before a record is opened; nobody found leads to the sign-up."""

import html
import re

import pytest

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.errors import RaceLostError
from chalicelib.fold.roster import RosterMaker
from chalicelib.fold.walk import walk_people
from chalicelib.joining.join import join_people
from tests.builders.orders import numbered
from tests.builders.shop import NOW, a_submission

ASHA = {"email": "asha.rao@example.com", "phone": "(202) 555-0123", "name": "Asha Rao"}
MARKER = "<b onmouseover=alert(1)>&\"'"


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def asha(desk):
    assert desk.shop.take(a_submission(**ASHA)) == "settled"
    return desk.shop.find_id(ASHA["email"])


def make_list(desk):
    walk_people(desk.services, [RosterMaker(desk.services)], desk.now, float("inf"))


def search(browser, typed):
    answer = browser.post("/find", typed=typed)
    assert answer.status_code == 200, answer.status_code
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.body.decode()


def list_found(page):
    return re.findall(r'action="/people/([A-Za-z0-9_-]{22})"', page)


@pytest.mark.parametrize(
    "typed",
    [
        "asha.rao@example.com",
        " Asha.Rao@EXAMPLE.com ",
        "(202) 555-0123",
        "+1 202 555 0123",
        "001 202-555-0123",
        "2025550123",
        "۲۰۲۵۵۵۰۱۲۳",
    ],
)
def test_a_customer_is_found_by_mail_and_by_phone_in_any_notation_also_with_a_mail_beside_it(ben, asha, typed):
    page = search(ben, typed)
    assert list_found(page) == [asha]
    for shown in ("A***", "a***@example.com", "***23"):
        assert shown in page
    told = re.sub(r"<[^>]*>", " ", page.partition('id="hits"')[2])  # digits of a token in a tag are no phone number
    for hidden in ("asha.rao", "Rao", "555"):
        assert hidden not in told


def test_a_customer_is_found_by_id(ben, asha):
    assert list_found(search(ben, asha)) == [asha]
    assert list_found(search(ben, asha[:-1])) == []


def test_everybody_who_shares_a_phone_is_listed(desk, ben, asha):
    desk.shop.take(a_submission(email="vikram@example.com", phone="+12025550123", name="Vikram"))
    assert set(list_found(search(ben, "2025550123"))) == {asha, desk.shop.find_id("vikram@example.com")}


def test_ten_are_shown_and_the_others_counted(desk, ben):
    for number in range(12):
        desk.shop.take(a_submission(email=f"one{number}@example.com", phone="+12025550123"))
    page = search(ben, "2025550123")
    assert len(list_found(page)) == 10
    assert "2 more have the same" in page


def test_each_hit_is_noted_before_it_is_opened(desk, ben, asha, monkeypatch):
    search(ben, ASHA["email"])
    lines = list(desk.services.audit.list_accesses("2026-03", asha))
    assert [(line.actor, line.reason) for line in lines] == [(ben.staff_id, "found by a search, shown masked")]

    token = ben.read_token()

    def fail(_):
        raise RaceLostError("transaction")

    monkeypatch.setattr(desk.services.table, "commit_parts", fail)
    answer = ben.post("/find", typed=ASHA["email"], token=token)
    assert answer.status_code == 409
    assert "a***@" not in answer.body.decode()


@pytest.mark.parametrize("typed", ["rao", "Asha", "ASHA R", "0123", "rao 0123", "۰۱۲۳"])
def test_a_customer_is_found_by_a_word_of_the_name_and_by_the_last_digits_masked_and_noted(desk, ben, asha, typed):
    make_list(desk)
    page = search(ben, typed)
    assert list_found(page) == [asha]
    assert "A***" in page.partition('id="hits"')[2]
    assert "Rao" not in page.partition('id="hits"')[2]
    lines = list(desk.services.audit.list_accesses("2026-03", asha))
    assert [(line.actor, line.reason) for line in lines] == [(ben.staff_id, "found by a search, shown masked")]


def test_while_there_is_no_list_the_page_says_why_names_are_not_found(desk, ben, asha):
    make_list(desk)
    vikram = desk.shop.take(a_submission(email="vikram@example.com", name="Vikram Rao"))
    assert vikram == "settled"
    page = search(ben, "vikram")
    assert "Customers who came since last night are found by phone number" in page
    forget_person(asha, ForgetOrder(reason=Reason.STAFF, request="r-1", requested_at=NOW), desk.services, desk.now)
    page = search(ben, "rao")
    assert list_found(page) == []
    assert "the list of names is made again within the hour" in page
    assert '<input type="hidden" name="name" value="rao">' in page
    make_list(desk)
    assert list_found(search(ben, "rao")) == [desk.shop.find_id("vikram@example.com")]


def test_a_record_that_was_joined_since_the_list_was_made_is_found_as_what_it_is_now(desk, ben, asha):
    desk.shop.take(a_submission(email="second@example.com", name="Asha Rao-Singh"))
    make_list(desk)
    joined = join_people(asha, desk.shop.find_id("second@example.com"), "staff", desk.services, desk.now)
    assert list_found(search(ben, "asha")) == [joined]


@pytest.mark.parametrize("typed", ["#1001", "1001", "no. 1001", "۱۰۰۱"])
def test_a_customer_is_found_by_the_number_of_an_order(desk, ben, typed):
    desk.shop.take(numbered("asha.rao@example.com", "#1001"))
    desk.shop.take(numbered("ben@example.com", "#10012", order=8))
    assert list_found(search(ben, typed)) == [desk.shop.find_id("asha.rao@example.com")]


def test_four_digits_are_the_number_of_an_order_and_the_end_of_a_phone_number(desk, ben, asha):
    desk.shop.take(numbered("ben@example.com", "#0123"))
    make_list(desk)
    assert list_found(search(ben, "0123")) == [desk.shop.find_id("ben@example.com"), asha]


def test_somebody_dismissed_meanwhile_sees_nobody(desk, ben, asha, monkeypatch):
    desk.hire("owner")
    member = desk.services.staff.read_member(ben.staff_id)
    token, look = ben.read_token(), desk.services.sessions.read_session

    def dismiss_behind(*given):
        found = look(*given)
        monkeypatch.setattr(desk.services.sessions.__class__, "read_session", lambda self, *rest: look(*rest))
        if given[0] == ben.staff_id:
            desk.services.table.commit_parts(desk.services.staff.write_dismissal(member, desk.now))
        return found

    monkeypatch.setattr(desk.services.sessions.__class__, "read_session", lambda self, *given: dismiss_behind(*given))
    answer = ben.post("/find", typed=ASHA["email"], token=token)
    assert answer.status_code == 409
    assert list(desk.services.audit.list_accesses("2026-03", asha)) == []


def test_who_was_forgotten_is_not_found(desk, ben, asha):
    order = ForgetOrder(reason=Reason.STAFF, request="r-1", requested_at=NOW)
    forget_person(asha, order, desk.services, desk.now)
    for typed in (ASHA["email"], ASHA["phone"], asha):
        assert list_found(search(ben, typed)) == []


@pytest.mark.parametrize("typed", ["nobody@example.com", "+1 202 555 0199", "Asha", "0000", MARKER])
def test_nobody_found_says_so_and_keeps_what_was_typed(ben, asha, typed):
    page = search(ben, typed)
    assert "Nobody is known by that" in page
    assert f'value="{html.escape(typed).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}"' in page
    assert MARKER not in page


@pytest.mark.parametrize(
    ("typed", "field"), [("new@example.com", "email"), ("202 555 0177", "phone"), ("Leyla", "name")]
)
def test_nobody_found_offers_the_sign_up_of_the_counter_which_keeps_what_was_typed(ben, typed, field):
    page = search(ben, typed)
    form = page.partition('action="/counter"')[2].partition("</form>")[0]
    assert f'<input type="hidden" name="{field}" value="{typed}">' in form
    assert 'name="form_token"' in form
    sign_up = ben.post("/counter", **{field: typed}).body.decode()
    assert f'value="{typed}"' in sign_up


def test_an_empty_box_finds_nobody_and_says_nothing(ben):
    page = search(ben, "  ")
    assert "Nobody is known" not in page
    assert list_found(page) == []


def test_what_customers_typed_is_escaped(desk, ben):
    desk.shop.take(a_submission(email="x@example.com", name=MARKER))
    page = search(ben, "x@example.com")
    assert "<b on" not in page
    assert "&lt;***" in page  # the first sign of the name


def test_nothing_that_was_looked_for_stands_in_an_address(ben, asha):
    page = search(ben, ASHA["email"])
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert not any(
        "asha" in each or "555" in each or "?" in re.sub(r"(desk|scan).js\?", "", each) for each in addresses
    )
    assert ben.get(f"/find?typed={ASHA['phone']}").body.decode().count("***") == 0


@pytest.mark.parametrize("language", ["fa", "bn", "hi", "kk"])
def test_the_page_speaks_each_language(ben, asha, language):
    ben.headers["Accept-Language"] = language
    ben.post("/account/language", language=language)
    page = search(ben, ASHA["email"])
    assert "Find a customer" not in page
    assert list_found(page) == [asha]
