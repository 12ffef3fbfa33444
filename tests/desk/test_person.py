"""A person's page: noted before it is shown, whole, in few calls however long the history is, and escaped."""

import gzip
import time
from datetime import timedelta

import pytest

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.errors import RaceLostError
from chalicelib.models.numbers import write_number
from tests.builders.entries import an_entry, report_shipped
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission
from tests.builders.work import count_requests
from tests.proofs.requests import read_size

ASHA = "asha@example.com"
ORDERS = read_size("ORDERS", 120)  # `make prove-bounds` takes a thousand
MARKER = "<b onmouseover=alert(1)>"


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def asha(desk):
    desk.shop.take(a_submission(email=ASHA, phone="2025550123", name="Asha Rao"))
    return desk.shop.find_id(ASHA)


def open_person(browser, customer, why="counter"):
    answer = browser.post(f"/people/{customer}", why=why)
    assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.body.decode()


def list_lines(desk, customer):
    return [(line.actor, line.reason) for line in desk.services.audit.list_accesses("2026-03", customer)]


def test_the_page_shows_who_it_is_and_who_opened_it(desk, ben, asha):
    page = open_person(ben, asha, why="telephone")
    for shown in ("<bdi>Asha Rao</bdi>", ASHA, "202", "Ben Okafor", "On the telephone"):
        assert shown in page
    assert list_lines(desk, asha) == [(ben.staff_id, "asked on the telephone")]


def test_a_get_asks_for_the_reason_and_opens_nothing(desk, ben, asha):
    page = ben.read(f"/people/{asha}")
    assert ASHA not in page
    assert "Why do you open this record?" in page
    assert list_lines(desk, asha) == []


def test_what_cannot_be_noted_is_not_shown(desk, ben, asha, monkeypatch):
    token = ben.read_token()

    def fail(_):
        raise RaceLostError("transaction")

    monkeypatch.setattr(desk.services.table, "commit_parts", fail)
    answer = ben.post(f"/people/{asha}", why="counter", token=token)
    assert answer.status_code == 409
    assert ASHA not in answer.body.decode()


def test_somebody_dismissed_meanwhile_sees_nothing(desk, ben, asha):
    member = desk.services.staff.read_member(ben.staff_id)
    late = [desk.services.require_staff(member.staff_id, member.number + 1)]
    with pytest.raises(RaceLostError):
        desk.services.table.commit_parts([*late, desk.services.audit.write_access(asha, "x", "late", desk.now)])
    desk.services.table.commit_parts(desk.services.staff.write_dismissal(member, desk.now))
    assert ben.post(f"/people/{asha}", token="x", why="counter").headers["Location"].startswith("/sign-in")
    assert list_lines(desk, asha) == []


@pytest.mark.parametrize("customer", ["nobody", "x" * 22])
def test_an_id_of_nobody_is_not_found_and_leaves_no_line(desk, ben, customer):
    assert ben.post(f"/people/{customer}", why="counter").status_code == 404
    assert list_lines(desk, customer) == []


def test_who_was_forgotten_is_not_found(desk, ben, asha):
    forget_person(asha, ForgetOrder(reason=Reason.STAFF, request="r-1", requested_at=NOW), desk.services, desk.now)
    assert ben.post(f"/people/{asha}", why="counter").status_code == 404


def test_open_pre_orders_and_warranties_stand_at_the_head(desk, ben, asha):
    shop = desk.shop
    keys = []
    for place, item in enumerate(("Blue teapot", "Red teapot")):
        submission = an_entry(email=ASHA, at=NOW + timedelta(minutes=place), item=item)
        keys.append(shop.accept(submission))
        assert shop.take(submission) in ("settled", "duplicate")
    submission = an_entry("warranty", email=ASHA, at=NOW, purchased_on="2026-02-01")
    assert shop.take(submission) == "settled"
    report_shipped(shop, at=NOW + timedelta(hours=1), email=ASHA, number=write_number(keys[0]))
    page = open_person(ben, asha)
    head = page.partition('class="held" aria-labelledby="who"')[0]
    assert write_number(keys[1]) in head
    assert write_number(keys[0]) not in head
    assert "Red teapot" in head
    assert "Kettle 3000" in head
    assert "bought on 1\xa0February 2026" in head


def test_many_orders_take_six_calls_and_few_milliseconds(desk, ben, asha):
    for number in range(ORDERS):
        order = an_order(ASHA, at=NOW - timedelta(days=ORDERS - number), number=number)
        assert desk.shop.take(order) == "settled"
    token = ben.read_token()
    open_person(ben, asha)
    calls = count_requests(desk.services.dynamodb)
    took = []
    for _ in range(5):
        calls.clear()
        began = time.perf_counter()
        answer = ben.post(f"/people/{asha}", why="counter", token=token)
        took.append(time.perf_counter() - began)
        assert calls.total() <= 6, calls
    print(f"\n{min(took) * 1000:.0f} ms, {calls.total()} calls: {calls}")
    page = answer.body.decode()
    assert page.count("Tea") >= 10
    assert f"{ORDERS - 10} older purchases" in page
    assert len(gzip.compress(page.encode())) < 30_000
    assert min(took) < 0.15


def test_what_a_customer_typed_is_escaped_on_the_page(desk, ben):
    fields = {name: f"{MARKER}{name}" for name in ("name", "address", "favourite")}
    desk.shop.take(a_submission(email="x@example.com", phone="2025550177", entry={"said": MARKER}, **fields))
    desk.shop.take(an_entry(email="x@example.com", at=NOW, item=f"{MARKER}teapot"))
    page = open_person(ben, desk.shop.find_id("x@example.com"))
    assert "<b on" not in page
    for shown in ("favourite", "teapot", "address"):
        assert f"&lt;b onmouseover=alert(1)&gt;{shown}" in page


@pytest.mark.parametrize("language", ["fa", "bn", "hi", "kk"])
def test_the_page_speaks_each_language(desk, ben, asha, language):
    desk.shop.take(an_entry(email=ASHA, at=NOW))
    ben.post("/account/language", language=language)
    page = open_person(ben, asha)
    for english in ("Latest", "Consents", "Who opened", "Find somebody"):
        assert english not in page
