"""Who was brought by whom equals a count by hand: any order of arrival, refunds, joined records, erasures."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.models import HeldValue, LineItem, OrderState, Profile, Reading, Refund
from chalicelib.models.friend_codes import make_code, read_code, write_code
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.referrals import Brought, add_friends, list_friends, read_referrals
from chalicelib.people.orders import LATEST
from chalicelib.people.referrals import list_codes
from chalicelib.people.union import join_profiles
from chalicelib.shop import own
from tests.builders.agenda import an_order
from tests.builders.invented import add_up, fold_events, make_submission
from tests.builders.own import open_own, write_own
from tests.builders.shop import NOW

DAYS = 14
ASHA = make_code("asha")
LENS = Lens(NOW, refund_days=DAYS)
STATES = (OrderState.PAID, OrderState.PAID, OrderState.PAID, OrderState.CANCELLED, OrderState.REFUNDED)


@pytest.fixture(autouse=True)
def shop_file(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch):
        write_own(own.FOLDER, "referrals.toml", f"refund_days = {DAYS}\n")
        yield


@dataclass
class Bought:
    at: datetime
    total: Decimal
    state: OrderState = OrderState.PAID
    code: str = ""
    back: Decimal = Decimal(0)


@dataclass
class Life:
    """The plain facts of one customer: codes that came by a form, each with its moment, and orders."""

    id: str
    forms: list[tuple[datetime, str]] = field(default_factory=list)
    orders: list[Bought] = field(default_factory=list)

    def list_events(self):
        for number, (at, code) in enumerate(self.forms):
            yield f"{self.id}f{number}", make_submission(at, "form"), Reading(kind="sign-up", friend=code)
        for number, bought in enumerate(self.orders):
            codes = (write_code(bought.code).lower(),) if bought.code else ("SPRING",)
            keys = {"state": OrderState.OPEN, "total": bought.total, "currency": "EUR", "codes": codes}
            told = an_order(f"{self.id}-{number}", bought.at, items=(LineItem(title="Tea"),), **keys)
            yield f"{self.id}o{number}", make_submission(bought.at), Reading(kind="order", orders=(told,))
            later = bought.at + timedelta(hours=1)
            ended = told.model_copy(update={"state": bought.state, "updated_at": later})
            yield f"{self.id}e{number}", make_submission(later), Reading(kind="order", orders=(ended,))
            if bought.back:
                refund = Refund(id=f"r{number}", order_id=told.id, amount=bought.back, currency="EUR")
                yield f"{self.id}r{number}", make_submission(later), Reading(kind="refund", refunds=(refund,))

    def fold(self, chance):
        events = list(self.list_events())
        chance.shuffle(events)
        return fold_events(events, self.id)


def invent_lives(chance, people):
    """Return customers of whom many came by a code: another's, their own, or one that means nobody."""
    ids = [f"p{number}" for number in range(people)]

    def invent_code():
        return chance.choice(
            ["", "", make_code(chance.choice(ids)), make_code(chance.choice(ids)), make_code("nobody")]
        )

    def invent_time():
        return NOW - timedelta(days=chance.randrange(60), minutes=chance.randrange(1_400))

    def invent_order():
        total = Decimal(chance.randrange(500, 9_000)) / 100
        back = total / 2 if chance.random() < 0.2 else Decimal(0)
        return Bought(invent_time(), total, chance.choice(STATES), invent_code(), back)

    return [
        Life(
            each,
            [(invent_time(), code) for _ in range(chance.choice([0, 1, 1, 2])) if (code := invent_code())],
            [invent_order() for _ in range(chance.choice([0, 1, 1, 2, 3]))],
        )
        for each in ids
    ]


def find_first(life, own_ids):
    """Return the code that counts for somebody, by the plain facts, or ""."""
    told = [*life.forms, *((order.at, order.code) for order in life.orders if order.code)]
    kept = [order for order in life.orders if order.state is OrderState.PAID]
    if not told:
        return ""
    at, code = min(told)
    earlier = [order for order in kept if order.at < at or f"{order.at:%Y-%m}" < f"{at:%Y-%m}"]
    return "" if code in map(make_code, own_ids) or earlier else code


def count_by_hand(groups):
    """Return the figures of customers, each a list of lives that are one record by now."""
    owners = {make_code(life.id): number for number, group in enumerate(groups) for life in group}
    total = {"people": 0, "credited": 0, "buyers": 0, "orders": 0}
    spent, by_code = Decimal(0), defaultdict(lambda: [0, 0])
    for group in groups:
        ids = [life.id for life in group]
        whole = Life("", [one for life in group for one in life.forms], [one for life in group for one in life.orders])
        code = find_first(whole, ids)
        if code not in owners:
            continue
        kept = [order for order in whole.orders if order.state is OrderState.PAID]
        credited = any(order.at <= NOW - timedelta(days=DAYS) for order in kept)
        by_code[code][0] += 1
        by_code[code][1] += credited
        total["people"] += 1
        total["credited"] += credited
        total["buyers"] += bool(kept)
        total["orders"] += len(kept)
        spent += sum((order.total - order.back for order in kept), Decimal(0))
    sums = {"EUR": spent} if spent else {}
    codes = {code: tuple(pair) for code, pair in by_code.items()}
    return Brought(refund_days=DAYS, bringers=len(by_code), spent=sums, **total), codes


def read_counted(profiles):
    tally = add_up(profiles, LENS)
    friends = list_friends(tally)
    return read_referrals(tally, LENS), {code: (each.came, each.credited) for code, each in friends.items()}


@pytest.mark.parametrize("seed", range(40))
def test_who_was_brought_by_whom_is_what_is_counted_by_hand(seed):
    chance = random.Random(seed)
    lives = invent_lives(chance, 12)
    profiles = {life.id: life.fold(chance) for life in lives}
    groups = [[life] for life in lives]

    assert read_counted(profiles.values()) == count_by_hand(groups)

    for _ in range(3):  # two records at a time turn out to be one customer's
        one, other = chance.sample(groups, 2)
        groups = [group for group in groups if group not in (one, other)] + [[*one, *other]]
        first, second = (profiles.pop(group[0].id if len(group) == 1 else name_group(group)) for group in (one, other))
        profiles[name_group(groups[-1])] = join_profiles(name_group(groups[-1]), first, second)
    assert read_counted(profiles.values()) == count_by_hand(groups)

    for group in chance.sample(groups, 3):  # forgotten: as if they had never been
        groups.remove(group)
        del profiles[group[0].id if len(group) == 1 else name_group(group)]
    assert read_counted(profiles.values()) == count_by_hand(groups)


def name_group(group):
    return "+".join(life.id for life in group)


def bring(*orders, code=ASHA, at=NOW - timedelta(days=50), customer_id="bram"):
    return Life(customer_id, [(at, code)], list(orders)).fold(random.Random(1))


def test_a_friend_counts_at_once_and_is_credited_when_the_first_order_may_not_come_back():
    asha = Profile(customer_id="asha")
    fresh = bring(Bought(NOW - timedelta(days=DAYS - 1), Decimal(10)))
    old = bring(Bought(NOW - timedelta(days=DAYS), Decimal(10)))
    refunded = bring(Bought(NOW - timedelta(days=40), Decimal(10), OrderState.REFUNDED))

    found = [read_counted([asha, each])[0] for each in (bring(), fresh, old, refunded)]

    assert [(each.people, each.credited, each.orders) for each in found] == [(1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 0, 0)]


def test_nobody_is_brought_by_themselves_or_by_nobody_and_the_first_code_counts():
    asha, mira = Profile(customer_id="asha"), Profile(customer_id="mira")
    later = Life("bram", [(NOW - timedelta(days=2), make_code("asha")), (NOW - timedelta(days=1), make_code("mira"))])

    assert read_counted([bring(code=make_code("bram"))])[0].people == 0
    assert read_counted([bring(code=make_code("gone")), mira])[0].people == 0
    assert read_counted([asha, mira, later.fold(random.Random(2))])[1] == {make_code("asha"): (1, 0)}


def test_who_had_bought_before_the_code_came_was_not_brought():
    before = bring(Bought(NOW - timedelta(days=51), Decimal(10)))
    assert read_counted([Profile(customer_id="asha"), before])[0].people == 0


def test_who_restricted_their_data_brings_nobody_and_was_brought_by_nobody():
    asha, friend = Profile(customer_id="asha"), bring()
    held = HeldValue(value=True, at=NOW, source="privacy", grade="confirmed")
    aside = {each.customer_id: each.model_copy(update={"fields": {"restricted": held}}) for each in (asha, friend)}

    assert read_counted([aside["asha"], friend])[0].people == 0
    assert read_counted([asha, aside["bram"]])[0].people == 0


def test_a_joined_record_brings_by_the_codes_of_both():
    joined = join_profiles("new", Profile(customer_id="asha"), Profile(customer_id="mira"))
    again = join_profiles("newer", joined, Profile(customer_id="zoe"))
    tally = add_up([again, bring(), bring(code=make_code("mira"), customer_id="serik")], LENS)

    assert set(list_codes(again)) == {make_code(each) for each in ("newer", "new", "asha", "mira", "zoe")}
    assert add_friends(list_friends(tally), list_codes(again)).came == 2


def test_two_customers_of_one_code_bring_nobody():
    twins = [Profile(customer_id="asha"), Profile(customer_id="other", former=("asha",))]
    assert read_counted([*twins, bring()])[0].people == 0


def test_a_shop_without_the_file_keeps_no_code_and_counts_none(tmp_path):
    (own.FOLDER / "referrals.toml").unlink()
    profile = bring(Bought(NOW, Decimal(1), code=make_code("asha")))
    assert profile.referrals == {}
    assert read_referrals(add_up([profile], Lens(NOW)), Lens(NOW)) is None


@pytest.mark.parametrize("seed", range(6))
def test_a_corrected_order_takes_its_code_along(seed):
    life = Life("bram", [], [Bought(NOW - timedelta(days=9), Decimal(10), OrderState.MOVED, ASHA)])
    assert life.fold(random.Random(seed)).referrals == {}


def test_an_order_that_tries_a_system_out_brings_nobody():
    order = an_order(1, NOW, codes=(ASHA,), test=True)
    assert fold_events([("o", make_submission(NOW), Reading(kind="order", orders=(order,)))]).referrals == {}


def test_the_earliest_codes_are_remembered_and_no_more():
    orders = [Bought(NOW - timedelta(days=day), Decimal(1), code=make_code(str(day))) for day in range(1, 10)]
    kept = Life("bram", [], orders).fold(random.Random(1)).referrals
    assert {each.code for each in kept.values()} == {make_code(str(day)) for day in range(5, 10)}


def test_a_code_that_comes_after_the_count_began_is_not_counted():
    assert read_counted([Profile(customer_id="asha"), bring(at=NOW + timedelta(minutes=1))])[0].people == 0


def list_many():
    """Return so many orders that the profile remembers none before them."""
    return [Bought(NOW - timedelta(hours=number), Decimal(1)) for number in range(LATEST)]


def test_of_an_order_that_the_profile_no_longer_has_its_month_tells():
    before, since = (Bought(NOW - timedelta(days=days), Decimal(1)) for days in (90, 40))
    found = [read_counted([Profile(customer_id="asha"), bring(one, *list_many())])[0] for one in (before, since)]
    assert [(each.people, each.credited) for each in found] == [(0, 0), (1, 1)]


@pytest.mark.parametrize("typed", ["{}", " {} ", "\u2010{}", "{}\n"])
def test_a_code_is_read_however_it_is_typed(typed):
    code = make_code("asha")
    assert read_code(typed.format(write_code(code).lower())) == code
    assert read_code(code[:-1]) == read_code(code.replace(code[0], "A")) == read_code("") == ""
