"""`make prove-bounds`: a record of any size costs what a small one costs, and a stranger cannot break one.

totals     people with 1 to 50,000 orders, repeated and shuffled: their totals equal the sum over all orders
growth     the 20,000th order of one customer against the 20th, on DynamoDB Local: time and write units
stranger   posts about one address, as many as asked: reading, an opt-out, an export and an erasure, in times of
           those of an untouched record
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.record import gather_record
from chalicelib.erasure.forget import forget_person
from chalicelib.erasure.run import advance_erasures
from chalicelib.models import Consent, ConsentState, Order, OrderState, Profile, Reading, Submission, Trust
from chalicelib.people.orders import name_orders
from chalicelib.people.profile import Record, fold_event
from chalicelib.people.renewal import renew_latest
from chalicelib.settling.dispatch import settle_item
from tests.builders.erasures import LATER, an_order_to_forget
from tests.builders.shop import NOW, Shop, a_submission
from tests.builders.signed import an_order_of, says
from tests.builders.units import size_item
from tests.proofs.sends_stage import open_shop

MOST_ORDERS = 50_000
STATES = (OrderState.PAID, OrderState.PAID, OrderState.PAID, OrderState.OPEN, OrderState.CANCELLED, OrderState.UNPAID)
MINUTE = timedelta(minutes=1)
PAIRS = 45


def say(*words: object) -> None:
    """Print at once: the proof takes minutes."""
    print(*words, flush=True)


def write_orders(count: int, chance: random.Random) -> list[Order]:
    """Return the descriptions of so many orders: some twice, some changed later, in a random order."""
    told = []
    for number in range(count):
        placed = NOW - chance.randrange(1_000_000) * MINUTE
        order = Order(
            id=str(number),
            placed_at=placed,
            updated_at=placed,
            state=chance.choice(STATES),
            total=Decimal(chance.randrange(100, 9_999)) / 100,
            currency=chance.choice(("EUR", "USD")),
        )
        told.append(order)
        if chance.random() < 0.1:
            told.append(order)
        if chance.random() < 0.1:
            told.append(order.model_copy(update={"state": chance.choice(STATES), "updated_at": placed + MINUTE}))
    chance.shuffle(told)
    return told


def fold_orders(told: list[Order]) -> Record:
    """Fold descriptions one by one, each with the one row that it touches; return the record with all rows."""
    submission = Submission(
        sender="shop", topic="order", trust=Trust.SIGNED, received_at=NOW, occurred_at=NOW, body=b"{}"
    )
    profile, rows = Profile(customer_id="c"), {}
    for number, order in enumerate(told):
        reading = Reading(kind="order", orders=(order,))
        held = {name: rows[name] for name in name_orders(submission, reading) if name in rows}
        folded = fold_event(Record(profile, held), f"k{number}", submission, reading)
        profile = folded.profile
        rows |= folded.orders
        if profile.thin:
            profile = renew_latest(Record(profile, rows)).profile
    return Record(profile, rows)


def add_up(told: list[Order]) -> tuple[int, dict[str, Decimal], list[str]]:
    """Return purchases, sums and the latest orders, by plain addition over the last word on each order."""
    last: dict[str, Order] = {}
    for order in told:
        held = last.get(order.id, order)
        ranks = [(one.updated_at, list(OrderState).index(one.state)) for one in (held, order)]
        last[order.id] = order if ranks[1] >= ranks[0] else held
    bought = [order for order in last.values() if order.state in (OrderState.PAID, OrderState.OPEN)]
    sums: dict[str, Decimal] = {}
    for order in bought:
        sums[order.currency] = sums.get(order.currency, Decimal(0)) + order.total
    latest = sorted(last.values(), key=lambda order: (order.placed_at, f"shop::{order.id}"))[-20:]
    return len(bought), sums, [f"shop::{order.id}" for order in latest]


def prove_totals(people: int, chance: random.Random) -> int:
    """Return how many of so many people have totals that are not the sum over their orders."""
    wrong = 0
    for number in range(people):
        count = MOST_ORDERS if number == 0 else int(math.exp(chance.uniform(0, math.log(MOST_ORDERS / 10))))
        told = write_orders(count, chance)
        record = fold_orders(told)
        totals = record.profile.totals
        purchases, sums, latest = add_up(told)
        wrong += (totals.purchases, totals.spent, list(record.profile.latest)) != (purchases, sums, latest)
    return wrong


class Settler:
    """Settles submissions, and counts the seconds and the write units of each transaction.

    Units by AWS's rule: two for each started kilobyte of an item in a transaction.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop, self.services = shop, shop.services()
        self.units = 0
        commit = self.services.table.commit_parts

        def watch(parts: Any) -> None:
            parts = list(parts)
            puts = [part["Put"]["Item"] for part in parts if "Put" in part]
            self.units = sum(2 * math.ceil(size_item(item) / 1024) for item in puts) + 2 * (len(parts) - len(puts))
            commit(parts)

        self.services.table.commit_parts = watch  # type: ignore[method-assign]

    def settle(self, submission: Submission) -> tuple[float, int]:
        """Settle one submission; return its seconds and write units."""
        key = self.shop.accept(submission)
        began = time.perf_counter()
        outcome = settle_item(key, self.services, submission.received_at)
        assert outcome == "settled", outcome
        return time.perf_counter() - began, self.units


def prove_growth(shop: Shop, orders: int) -> tuple[float, float]:
    """Return what the last of so many orders cost against the 20th: times the seconds, times the write units.

    The two are settled in turn, 45 of each, so that a busy machine is slow for both: the 20th orders are those of 45
    more customers.
    """
    meter = Settler(shop)
    for number in range(orders):
        meter.settle(an_order_of(number, "", "77", number, placed=number))
        if number and number % 5_000 == 0:
            say(f"    {number} orders")
    early, late = [], []
    for turn in range(PAIRS):
        others = [an_order_of(f"{turn}-{number}", "", f"o{turn}", number, placed=number) for number in range(20)]
        early.append([meter.settle(order) for order in others][-1])
        number = orders + turn
        late.append(meter.settle(an_order_of(number, "", "77", number, placed=number)))
    seconds = median(one for one, _ in late) / median(one for one, _ in early)
    return seconds, median(one for _, one in late) / median(one for _, one in early)


def make_record(shop: Shop, email: str, number: str) -> None:
    """Make an ordinary record: a sign-up, an account and a dozen orders."""
    shop.take(a_submission(email=email, name="Vera", entry={"topic": "tea"}))
    for order in range(12):
        shop.take(an_order_of(f"{number}-{order}", email, number, order + 1))


def measure_rights(shop: Shop, email: str, at: int) -> dict[str, float]:
    """Return the seconds (the median of five) of what a person has a right to, the erasure at the end."""
    customer = shop.find_id(email)
    assert customer is not None
    services = shop.services()
    no = Consent(purpose="marketing", state=ConsentState.WITHDRAWN, at=NOW, channel="link")
    minutes = iter(range(at, at + 100))

    def export() -> None:
        sections = gather_record(services.people.load_person(customer), services, LATER)
        write_files(sections, language="en", shop="Shop", now=LATER)

    def opt_out() -> None:
        minute = next(minutes)
        stop = no.model_copy(update={"at": NOW + minute * MINUTE})
        reading = Reading(kind="consent", email=email, consents=(stop,))
        message = says(reading, minute, sender="form", trust=Trust.ANONYMOUS)
        assert settle_item(shop.accept(message), services, message.received_at) == "settled"

    def forget() -> None:
        assert forget_person(customer, an_order_to_forget(customer), services, LATER)

    steps = {"read": lambda: services.people.load_person(customer), "opt-out": opt_out, "export": export}
    times = {name: time_steps(step) for name, step in steps.items()}
    return {**times, "erasure": time_steps(forget, 1)}


def time_steps(step: Callable[[], object], turns: int = 5) -> float:
    """Return the median seconds of some turns."""
    found = []
    for _ in range(turns):
        began = time.perf_counter()
        step()
        found.append(time.perf_counter() - began)
    return median(found)


def prove_stranger(shop: Shop, posts: int, chance: random.Random) -> tuple[dict[str, float], float]:
    """Post about one of two equal records; return the touched one's times by the other's, and the sweep's seconds."""
    victim, untouched = "vera@example.org", "uma@example.org"
    make_record(shop, victim, "1")
    make_record(shop, untouched, "2")
    outcomes: dict[str, int] = {}
    for number in range(posts):
        noise = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(2_000))
        at = NOW + timedelta(hours=1, seconds=number * 86_400 / posts)
        outcome = shop.take(a_submission(email=victim, entry={"why": noise}, at=at))
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    say(f"    {posts} posts of 2,000 random signs within a day: {outcomes}")
    measure_rights(shop, add_third(shop), 3_000)  # warm
    plain, touched = measure_rights(shop, untouched, 4_000), measure_rights(shop, victim, 5_000)
    began = time.perf_counter()
    while advance_erasures(shop.services(), LATER):
        pass
    return {name: touched[name] / plain[name] for name in plain}, time.perf_counter() - began


def add_third(shop: Shop) -> str:
    """Make one more ordinary record; return its address."""
    make_record(shop, "wanda@example.org", "3")
    return "wanda@example.org"


def main() -> int:
    """Print what was found; 1 where a bound was passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--posts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    say(f"seed {asked.seed}")
    chance = random.Random(asked.seed)
    wrong = prove_totals(asked.people, chance)
    say(f"  totals: {wrong} of {asked.people} people differ from the sum over their orders")
    with open_shop() as shop:
        seconds, units = prove_growth(shop, asked.orders)
    cost = f"{seconds:.2f} times the seconds and {units:.2f} times the write units of the 20th"
    say(f"  growth: order {asked.orders} costs {cost}")
    with open_shop() as shop:
        times, sweep = prove_stranger(shop, asked.posts, chance)
    say("  stranger: " + ", ".join(f"{name} {ratio:.2f} times" for name, ratio in times.items()))
    say(f"  the sweep of both records and {asked.posts} posts took {sweep:.1f} s")
    return int(wrong > 0 or seconds > 1.2 or units > 1.2 or max(times.values()) > 2)


if __name__ == "__main__":
    sys.exit(main())
