"""A customer's card: its code finds the customer, is shown once, is replaced, and ends with the customer."""

import re

import pytest

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.erasure.run import advance_erasures
from chalicelib.joining.join import join_people
from chalicelib.joining.part import part_people
from chalicelib.people.cards import read_card
from chalicelib.people.search import find_people
from tests.builders.shop import NOW, a_submission

ASHA = "asha.rao@example.com"
CODE = re.compile(r'<bdi dir="ltr">([A-Z0-9-]{11})</bdi>')


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def asha(desk):
    assert desk.shop.take(a_submission(email=ASHA, name="Asha Rao")) == "settled"
    return desk.shop.find_id(ASHA)


def give(browser, customer):
    """Make a card; return its code and the page."""
    answer = browser.post(f"/people/{customer}/card")
    assert answer.status_code == 200, answer.status_code
    page = answer.body.decode()
    return CODE.search(page)[1], page


def find(desk, code):
    return list(find_people(code, desk.services.people, "US"))


def test_the_code_finds_the_customer_typed_or_scanned(desk, ben, asha):
    code, page = give(ben, asha)
    assert 'viewBox="0 0 29 29"' in page
    assert "Asha" not in page
    assert find(desk, code) == find(desk, code.lower().replace("-", " ")) == [asha]
    found = ben.post("/find", typed=code).body.decode()
    assert f'action="/people/{asha}"' in found


def test_making_a_card_is_noted_and_the_code_is_kept_nowhere(desk, ben, asha):
    code, _ = give(ben, asha)
    assert [line.reason for line in desk.services.audit.list_accesses("2026-03", asha)] == ["made a card"]
    for table in ("customers", "desk", "inbox", "keys"):
        stored = repr(desk.stage.read_all(table))
        assert code not in stored
        assert read_card(code) not in stored


def test_a_new_card_takes_the_place_of_the_former_one(desk, ben, asha):
    first, _ = give(ben, asha)
    second, _ = give(ben, asha)
    assert first != second
    assert (find(desk, first), find(desk, second)) == ([], [asha])
    assert len(desk.services.cards.list_cards(asha)) == 1


def test_the_code_of_a_forgotten_customer_finds_nobody_and_belongs_to_nobody_after(desk, ben, asha):
    code, _ = give(ben, asha)
    forget_person(asha, ForgetOrder(reason=Reason.STAFF, request="r-1", requested_at=NOW), desk.services, desk.now)
    services = desk.shop.services()
    advance_erasures(services, desk.now)
    assert find(desk, code) == []
    assert services.erasures.read_row("r-1").receipt
    assert asha not in [row.get("owner", {}).get("S") for row in desk.stage.read_all("customers")]
    assert ben.post(f"/people/{asha}/card").status_code == 404


def test_cards_of_two_joined_records_find_the_joined_one_and_end_together(desk, ben, asha):
    desk.shop.take(a_submission(email="second@example.com"))
    second = desk.shop.find_id("second@example.com")
    codes = [give(ben, each)[0] for each in (asha, second)]
    joined = join_people(asha, second, "staff", desk.services, desk.now)
    assert [find(desk, code) for code in codes] == [[joined], [joined]]
    assert ben.post(f"/people/{asha}/card").headers["Location"] == f"/people/{joined}"
    new, _ = give(ben, joined)
    assert [find(desk, code) for code in (*codes, new)] == [[], [], [joined]]


def test_a_card_made_on_a_joined_record_finds_its_customer_after_they_are_parted(desk, ben, asha):
    desk.shop.take(a_submission(email="second@example.com"))
    second = desk.shop.find_id("second@example.com")
    joined = join_people(asha, second, "staff", desk.services, desk.now)
    code, _ = give(ben, joined)
    mailbox = desk.shop.open_profile(joined).text("email")
    part_people(joined, "staff", desk.services, desk.now)
    assert find(desk, code) == [desk.shop.find_id(mailbox)]
    new, _ = give(ben, desk.shop.find_id(mailbox))
    assert (find(desk, code), find(desk, new)) == ([], [desk.shop.find_id(mailbox)])


def test_nobody_gets_a_card_by_somebody_who_was_dismissed_meanwhile(desk, ben, asha, monkeypatch):
    member, token = desk.services.staff.read_member(ben.staff_id), ben.read_token()
    look, before = desk.services.staff.__class__.require_active, desk.stage.read_all("customers")

    def dismiss_first(self, staff_id, number):
        """Let the dismissal come between reading the session and the transaction."""
        part = look(self, staff_id, number)
        if self.read_member(staff_id).is_active:
            self.table.commit_parts(self.write_dismissal(member, desk.now))
        return part

    monkeypatch.setattr(desk.services.staff.__class__, "require_active", dismiss_first)
    answer = ben.post(f"/people/{asha}/card", token=token)
    assert answer.status_code == 409
    assert not CODE.search(answer.body.decode())
    assert desk.stage.read_all("customers") == before
    assert list(desk.services.audit.list_accesses("2026-03", asha)) == []


def test_an_id_of_nobody_gets_no_card(ben):
    assert ben.post(f"/people/{'x' * 22}/card").status_code == 404


def test_the_camera_is_allowed_on_the_page_that_scans_and_nowhere_else(ben, asha):
    assert ben.get("/find").headers["Permissions-Policy"] == "camera=(self)"
    assert ben.post("/find", typed="x").headers["Permissions-Policy"] == "camera=(self)"
    for page in ("/account", "/today", f"/people/{asha}"):
        assert "camera=()" in ben.get(page).headers["Permissions-Policy"]
    assert '<button type="button" class="other" data-camera hidden>' in ben.read("/find")
    assert ben.get("/scan.js").headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_the_page_of_a_person_leads_to_a_card(desk, ben, asha):
    page = ben.post(f"/people/{asha}", why="counter").body.decode()
    assert f'action="/people/{asha}/card"' in page
