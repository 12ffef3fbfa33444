"""The pages of the numbers: what they say with nobody, three and two hundred customers, and the count on demand."""

import gzip
import re
from datetime import timedelta

import pytest

from chalicelib.desk.numbers import counting
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.fold import walk
from chalicelib.numbers.counting import Counter, read_counted
from chalicelib.telling.numbers import QUESTIONS
from tests.builders.crowd import all_met, invent_people, make_crowd
from tests.builders.invented import PRODUCTS
from tests.builders.latin import find_latin
from tests.builders.shop import NOW, a_submission

CANARY = "Quetzal Zimborowski"
PAGES = ("/numbers", *(f"/numbers/{question}" for question in QUESTIONS))
TYPED = {
    word for name in (*PRODUCTS, "Ben Okafor") for word in re.findall(r"[A-Za-z]{2,}", name)
}  # no language translates these


@pytest.fixture
def ben(desk, taking):
    desk.millis = int((NOW + timedelta(days=1)).timestamp() * 1000)
    return desk.hire("staff", "Ben Okafor")


def count_all(desk):
    services = desk.shop.services()
    assert all_met(services, desk.now, float("inf"), Counter(services))["over"]


def read_text(browser, path):
    """Return what a page says, without its tags and its navigation."""
    page = browser.read(path).partition("<main>")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("path", PAGES)
def test_before_the_first_count_a_page_says_so(desk, ben, path):
    page = ben.read(path)
    assert "Nobody has been counted yet" in page
    assert 'action="/count"' in page
    assert "<svg" not in page


def test_an_unknown_question_is_no_page(desk, ben):
    assert ben.get("/numbers/nothing").status_code == 404


@pytest.mark.parametrize(
    ("language", "few"), [("en", "Not enough yet: 1 of the 10"), ("fa", "هنوز کافی نیست: ۱ از ۱۰")]
)
def test_three_customers_are_not_enough_and_the_pages_say_so(desk, ben, language, few):
    invent_people(desk.shop.services(), 3)
    count_all(desk)
    ben.post("/account/language", language=language)
    assert few in read_text(ben, "/numbers/satisfaction")
    assert few in read_text(ben, "/numbers")
    for question in ("satisfaction", "sources", "reasons", "products"):
        page = ben.read(f"/numbers/{question}")
        assert "<svg" not in page, question
        assert not re.search(r"[0-9۰-۹][%٪]", read_text(ben, f"/numbers/{question}")), question


@pytest.mark.parametrize("language", ["en", "fa"])
def test_with_two_hundred_customers_pages_have_figures_charts_and_the_tables_behind(desk, ben, language):
    invent_people(desk.shop.services(), 200)
    count_all(desk)
    ben.post("/account/language", language=language)
    for question in ("satisfaction", "sources", "reasons", "activity", "customers"):
        page = ben.read(f"/numbers/{question}")
        assert page.count("<svg") == page.count('role="img"') == page.count("<desc id=") == 1, question
        assert "<table>" in page.partition("</svg>")[2], question
    for path in PAGES:
        page = ben.read(path)
        assert len(gzip.compress(page.encode())) < 30_000, path
        if language == "fa":
            assert set(find_latin(page, language)) <= TYPED, path
            shown = re.sub(r"\b(?:250|50/50)\b", "", read_text(ben, path))  # digits in names of products
            assert not re.search(r"[0-9]", shown), (path, shown)
    assert ben.read("/numbers/products").count("<bdi>") > 4


def test_the_running_month_is_marked(desk, ben):
    invent_people(desk.shop.services(), 60)
    count_all(desk)
    page = ben.read("/numbers/customers")
    assert "March 2026 (not over yet)" in page
    assert "The last month is not over yet" in page
    assert page.count('class="running"') == 1


def test_the_head_says_how_many_are_in_no_figure_and_how_many_were_forgotten_since(desk, ben):
    profiles = invent_people(desk.shop.services(), 30)
    count_all(desk)
    assert "deleted since" not in ben.read("/numbers")
    for number, customer_id in enumerate(sorted(profiles)[:2], 1):
        order = ForgetOrder(reason=Reason.STAFF, request=f"r-{customer_id}", requested_at=desk.now)
        assert forget_person(customer_id, order, desk.shop.services(), desk.now)
        told = (
            "The data of 1 customer was deleted since" if number == 1 else "The data of 2 customers was deleted since"
        )
        assert all(told in ben.read(path) for path in PAGES)
    assert "Customers: 30." in ben.read("/numbers")
    count_all(desk)
    assert "deleted since" not in ben.read("/numbers")
    assert "Customers: 28." in ben.read("/numbers")


def test_no_page_has_anything_of_a_person(desk, ben):
    services = desk.shop.services()
    names = {"name": lambda number: CANARY, "email": lambda number: f"zimborowski{number}@example.org"}
    make_crowd(services, 12, start=900, **names)
    desk.shop.take(a_submission(email="canary@example.org", entry={"score": 9, "why": CANARY, "found_us": "friend"}))
    count_all(desk)
    for language in ("en", "fa"):
        ben.post("/account/language", language=language)
        for path in PAGES:
            page = ben.read(path).lower()
            assert not any(word in page for word in ("zimborowski", "canary", "p00900", "example.org")), path
    assert read_counted(desk.services).read_numbers().people == 13


def look_until_over(browser):
    """Press the button and look until the count is over; return how far each look was."""
    address, met = browser.post("/count").headers["Location"], []
    for _ in range(40):
        answer = browser.get(address)
        if answer.status_code == 303:
            assert answer.headers["Location"] == "/numbers"
            return met
        address = answer.headers["Refresh"].partition("url=")[2]
        assert "<progress" in answer.body.decode()
        met.append(int(re.search(r"Counted so far: (\d+)", answer.body.decode())[1]))
    raise AssertionError("the count does not end")


def test_a_count_on_demand_goes_on_by_steps_and_ends_with_the_numbers(desk, ben, monkeypatch):
    monkeypatch.setattr(counting, "STEP", 0)
    monkeypatch.setattr(walk, "BATCH", 4)
    invent_people(desk.shop.services(), 60)
    desk.shop.take(a_submission(email="mira@example.org"))
    assert read_counted(desk.services) is None
    met = look_until_over(ben)
    assert len(met) > 2
    assert met == sorted(met)
    assert read_counted(desk.services).read_numbers().people == 61
    assert "Customers: 61." in ben.read("/numbers")
    assert desk.services.roster_rows.read_names().run  # the list of names is made in the same walk
    assert desk.list_audit()[-1] == (ben.staff_id, "numbers: what everybody adds up to")
    assert ben.get("/count").headers["Location"] == "/numbers"  # nothing is asked for any more


def test_the_button_goes_on_with_a_count_that_is_under_way(desk, ben, monkeypatch):
    monkeypatch.setattr(counting, "STEP", 0)
    monkeypatch.setattr(walk, "BATCH", 4)
    invent_people(desk.shop.services(), 30)
    noted = len(desk.list_audit())
    ben.post("/count")
    ben.get("/count")
    began = desk.services.walks.read_row().began_at
    assert began
    assert "A count is under way" in ben.read("/numbers")
    asked = desk.services.walks.read_asked()
    desk.wait(minutes=1)
    look_until_over(ben)
    assert desk.services.walks.read_row().began_at == began
    assert desk.services.walks.read_asked() == asked
    assert len(desk.list_audit()) == noted + 2  # both presses: each opens records


def test_a_step_that_another_one_took_is_no_failure(desk, ben, monkeypatch):
    monkeypatch.setattr(counting, "STEP", 0)
    monkeypatch.setattr(walk, "BATCH", 4)
    invent_people(desk.shop.services(), 30)
    ben.post("/count")
    take, other = walk.Walk.take_batch, []

    def take_late(self):
        if not other:
            other.append(True)
            ben.get("/count")  # the other tab takes the same step, and is quicker
        take(self)

    monkeypatch.setattr(walk.Walk, "take_batch", take_late)
    answer = ben.get("/count?of=30")
    assert answer.status_code == 200
    assert answer.headers["Refresh"] == "1; url=/count?of=30"
    assert "Counting has to wait a moment" in answer.body.decode()
    look_until_over(ben)
    assert read_counted(desk.services).read_numbers().people == 30


def test_an_address_with_another_measure_is_shown_without_one(desk, ben, monkeypatch):
    monkeypatch.setattr(counting, "STEP", 0)
    monkeypatch.setattr(walk, "BATCH", 1)
    invent_people(desk.shop.services(), 10)
    ben.post("/count")
    for of in ("", "-1", "x", "12345678", "%D9%A3", "%3Cb%3E"):
        answer = ben.get(f"/count?of={of}")
        assert answer.headers["Refresh"] == "1; url=/count?of=0", of
        assert "value=" not in answer.body.decode().partition("<progress")[2].partition(">")[0]


def test_a_viewer_sees_the_numbers_and_counts_nobody(desk, ben):
    invent_people(desk.shop.services(), 20)
    count_all(desk)
    viewer = desk.hire("viewer", "Leyla Rahimi")
    for path in PAGES:
        assert 'action="/count"' not in viewer.read(path)
    asked = desk.services.walks.read_asked()
    assert viewer.post("/count").status_code == 403
    assert viewer.get("/count").status_code == 403
    assert desk.services.walks.read_asked() == asked


def test_who_was_dismissed_meanwhile_asks_for_nothing(desk, ben, monkeypatch):
    """The transaction of the asking holds the condition that the member still works here."""
    token = ben.read_token()
    gone = desk.services.staff.read_member(ben.staff_id)
    ask = desk.services.walks.ask_walk

    def ask_late(now):
        desk.services.desk_table.commit_parts(desk.services.staff.write_dismissal(gone, desk.now))
        return ask(now)

    monkeypatch.setattr(type(desk.services.walks), "ask_walk", lambda _, now: ask_late(now))
    assert ben.post("/count", token=token).status_code == 409
    assert desk.services.walks.read_asked() == ""
