"""The head of a person's page: how the customer stands and why, what they bought, what they may be sent."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.strictjson import dump_json, parse_object
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission

ASHA = "asha@example.com"
YES = {"purpose": "marketing", "words": "Yes, please.", "words_version": "1", "language": "en"}


def open_head(desk, *said, language=""):
    """Return the head of the page of somebody of whom this is known."""
    for each in said:
        desk.shop.take(each)
    ben = desk.hire("staff", "Ben Okafor")
    if language:
        ben.post("/account/language", language=language)
    page = ben.post(f"/people/{desk.shop.find_id(ASHA)}", why="counter").body.decode()
    return page.partition("<h1>")[2].partition('aria-labelledby="who"')[0]


def buy(*days):
    return [an_order(ASHA, at=NOW - timedelta(days=days), number=days) for days in days]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (
            (20, 40, 60),
            "<strong>active</strong> · Usually 20 days between two purchases; the last one was 20 days ago.",
        ),
        ((31, 51, 71), "<strong>away longer than usual</strong> · Usually 20 days between two purchases"),
        ((60, 80, 100), "<strong>no longer active</strong> · Usually 20 days"),
        (
            (5,),
            "<strong>active</strong> · 5 days without a purchase; the shop counts a customer as active for 30 days.",
        ),
        ((), "<strong>not known yet</strong> · There is no purchase yet."),
    ],
)
def test_the_standing_and_why(desk, days, told):
    head = open_head(desk, a_submission(email=ASHA, at=NOW - timedelta(days=120)), *buy(*days))
    assert told in head
    assert "Customer since 1\xa0November 2025." in head


def test_the_last_three_purchases_with_their_items(desk):
    head = open_head(desk, *buy(1, 2, 3, 4))
    assert head.count("<li>") == 3
    assert "28\xa0February 2026 · 1 × \u2068Tea\u2069" in head
    assert "€30 each · €30</li>" in head


def test_an_order_that_only_tried_the_shop_system_out_is_no_purchase(desk):
    tried = an_order(ASHA, at=NOW - timedelta(days=1), number=1)
    tried = tried.model_copy(update={"body": dump_json(parse_object(tried.body) | {"test": True})})
    head = open_head(desk, tried, *buy(2))
    assert head.count("<li>") == 1
    assert "27\xa0February 2026" in head
    assert "28\xa0February 2026" not in head


@pytest.mark.parametrize(
    ("said", "told", "not_told"),
    [
        ({"consents": [YES]}, "May be sent news and offers.", "May not"),
        ({}, "May not be sent news and offers", "May be sent"),
        ({"consents": [YES], "age_band": "under-16"}, "this is a child: no advertising", "May be sent"),
    ],
)
def test_what_may_be_sent(desk, said, told, not_told):
    head = open_head(desk, a_submission(email=ASHA, **said))
    assert told in head
    assert not_told not in head


def test_data_that_was_set_aside(desk, monkeypatch):
    monkeypatch.setattr("chalicelib.data_requests.status.is_restricted", lambda _: True)
    head = open_head(desk, a_submission(email=ASHA, consents=[YES]))
    assert "<strong>use of data restricted</strong>" in head
    assert "Send no advertising." in head
    assert "May be sent" not in head


@pytest.mark.parametrize(
    ("zone", "language", "moment"),
    [
        ("UTC", "en", "28\xa0February 2026 22:30"),
        ("Europe/Berlin", "en", "28\xa0February 2026 23:30"),
        ("Asia/Tehran", "fa", "۱۰\xa0اسفند ۱۴۰۴ (۱\xa0مارس ۲۰۲۶) ۰۲:۰۰"),
    ],
)
def test_times_are_those_of_the_shop(desk, zone, language, moment):
    desk.services.clock = desk.services.clock.model_copy(update={"time_zone": zone})
    desk.shop.take(a_submission(email=ASHA, at=datetime(2026, 2, 28, 22, 30, tzinfo=UTC)))
    ben = desk.hire("staff", "Ben Okafor")
    ben.post("/account/language", language=language)
    page = ben.post(f"/people/{desk.shop.find_id(ASHA)}", why="counter").body.decode()
    assert moment in page
    assert "UTC" not in page
