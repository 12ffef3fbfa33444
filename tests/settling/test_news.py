"""What came in on a day is counted inside the transaction that settles: exactly, whatever is repeated or raced."""

import random
import threading
from datetime import date, timedelta

import pytest

from chalicelib.models.profile import OrderRecord, Profile
from chalicelib.people.profile import Record
from chalicelib.settling.dispatch import settle_item, settle_keys
from chalicelib.settling.news import find_news
from chalicelib.store.day_counts import New
from tests.builders import agenda
from tests.builders.imports import bring_in
from tests.builders.mails import DUE
from tests.builders.orders import an_order
from tests.builders.shop import a_submission

DAY = DUE.date()


def take(shop, submission, at=DUE):
    return settle_item(shop.accept(submission), shop.services(), at)


def a_form(email, number=0, kind="sign-up", at=DUE):
    """Return what a form of a kind sends."""
    form = a_submission(email=email, at=at, entry={"number": number})
    return form.model_copy(update={"body": form.body.replace(b'"kind": "sign-up"', f'"kind": "{kind}"'.encode())})


def read_day(shop, day=DAY):
    return {kind.value: count for kind, count in shop.services().day_counts.read_day(day).items()}


def test_what_is_delivered_twice_counts_once(shop):
    order = an_order("asel@example.org", number=1, at=DUE)
    for _ in range(2):
        take(shop, order)
    take(shop, an_order("asel@example.org", number=1, at=DUE + timedelta(minutes=1), topic="orders/updated"))
    take(shop, an_order("asel@example.org", number=2, at=DUE))
    assert read_day(shop) == {"orders": 2, "customers": 1, "answers": 0}


def test_an_answer_to_a_survey_is_counted_and_another_entry_is_not(shop):
    take(shop, a_form("asel@example.org", kind="survey"))
    take(shop, a_form("asel@example.org", 1, kind="warranty"))
    assert read_day(shop) == {"orders": 0, "customers": 1, "answers": 1}


def test_what_is_settled_late_counts_for_the_day_on_which_it_arrived(shop):
    take(shop, a_form("asel@example.org", kind="survey"), at=DUE + timedelta(days=3))
    assert read_day(shop) == {"orders": 0, "customers": 1, "answers": 1}
    assert read_day(shop, DAY + timedelta(days=3)) == {"orders": 0, "customers": 0, "answers": 0}


def test_an_imported_list_is_no_news(shop, tmp_path):
    bring_in(shop, tmp_path, "7;asel@example.org;;;2026-01-31;30.00;yes", at=DUE)
    assert shop.find_id("asel@example.org") is not None
    assert read_day(shop) == {"orders": 0, "customers": 0, "answers": 0}


def test_a_day_is_the_shops_own(shop):
    services = shop.services()
    services.clock = services.clock.model_copy(update={"time_zone": "Asia/Dhaka"})  # six hours ahead
    late = DUE.replace(hour=19)
    settle_item(shop.accept(a_form("asel@example.org", at=late)), services, late)
    assert read_day(shop, late.date())["customers"] == 0
    assert read_day(shop, late.date() + timedelta(days=1))["customers"] == 1
    assert read_day(shop, date(2020, 1, 1)) == {"orders": 0, "customers": 0, "answers": 0}


@pytest.mark.parametrize("seed", range(3))
def test_any_history_delivered_in_any_order_by_rivals_is_counted_exactly(shop, seed):
    chance = random.Random(seed)
    people = [f"p{number}@example.org" for number in range(4)]
    sent, orders, answers = [], set(), set()
    for number in range(24):
        email = chance.choice(people)
        if chance.random() < 0.5:
            order = chance.randrange(8)
            orders.add(order)
            sent.append(an_order(people[order % 4], number=order + 1, at=DUE + timedelta(seconds=number)))
        else:
            answers.add((email, number))
            sent.append(a_form(email, number, kind="survey", at=DUE + timedelta(seconds=number)))
    known = {people[order % 4] for order in orders} | {email for email, _ in answers}
    keys = [shop.accept(each) for each in (*sent, *chance.sample(sent, 8))]
    halves = [keys[::2], keys[1::2]]

    def settle(part, services):
        left = list(part)
        while left:
            left = [key for key in left if settle_keys([key], services, DUE) == {"postponed": 1}]

    rivals = [threading.Thread(target=settle, args=(half, shop.services())) for half in halves]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert read_day(shop) == {"orders": len(orders), "customers": len(known), "answers": len(answers)}


def test_an_order_whose_refund_came_first_is_counted_when_it_comes():
    order = OrderRecord(name="stripe:acct:ch_1", order=agenda.an_order(1, DUE))
    refunded = Record(Profile(customer_id="c"), {"stripe:acct:ch_1": OrderRecord(name="stripe:acct:ch_1")})
    assert find_news(refunded, Record(Profile(customer_id="c"), {"stripe:acct:ch_1": order})) == {New.ORDERS: 1}
    assert find_news(Record(Profile(customer_id="c")), refunded) == {}
