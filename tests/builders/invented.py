"""Invented customers by the hundred, as plain facts: what every number must be can be counted from these by hand."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from chalicelib.models import Entry, LineItem, OrderState, Reading, Refund, Submission, Trust
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import Tally
from chalicelib.people.profile import Record, fold_event
from chalicelib.people.renewal import renew_latest
from chalicelib.stats.promoters import FROM_0
from tests.builders.agenda import an_order
from tests.builders.shop import NOW

PRODUCTS = ("Colombia 250 g", "House blend", "Filter papers", "Grinder", "Cup 50/50")
SOURCES = ("friend", "passing", "search")
REASONS = ("price", "choice", "quality", "near")
AGES = ("18-29", "30-49", "50+")
HOMES = ("flat", "house")
LENS = Lens(
    NOW,
    30,
    scales={"score": FROM_0},
    options={"found_us": SOURCES, "why_us": REASONS, "age": AGES, "home": HOMES},
    ranges=("age", "home"),
)


def add_up(profiles, lens=LENS):
    tally = Tally()
    for profile in profiles:
        tally.add_shares(list_shares(profile, lens))
    return tally


@dataclass(frozen=True)
class Bought:
    """One order: `back` is what was refunded; `counts` is False for one that was cancelled."""

    at: datetime
    items: tuple[str, ...]
    total: Decimal
    back: Decimal
    counts: bool


@dataclass(frozen=True)
class Invented:
    """One customer. `answers` are (moment, score, source, ranking), each of the last three may be missing."""

    orders: list[Bought] = field(default_factory=list)
    answers: list[tuple[datetime, int | None, str, list[str]]] = field(default_factory=list)
    age: str = ""
    home: str = ""

    def list_ranges(self) -> list[tuple[str, str]]:
        """Return the chosen ranges by question."""
        return [(name, option) for name, option in (("age", self.age), ("home", self.home)) if option]

    def list_events(self) -> list[tuple[str, Submission, Reading]]:
        """Return the events that tell of this customer, in the order of time."""
        events = []
        for number, order in enumerate(self.orders):
            events += tell_order(number, order)
        for number, answer in enumerate(self.answers):
            events.append(tell_answer(number, *answer))
        if self.list_ranges():
            fields = dict(self.list_ranges())
            events.append(("age", make_submission(NOW, "form"), Reading(kind="sign-up", fields=fields)))
        return events

    def fold(self, chance: random.Random, customer_id="c"):
        """Return the profile after the events in any order."""
        events = self.list_events()
        chance.shuffle(events)
        return fold_events(events, customer_id)


def fold_events(events, customer_id="c"):
    from chalicelib.models import Profile

    record = Record(Profile(customer_id=customer_id))
    for event in events:
        record = renew_latest(fold_event(record, *event))
    return record.profile


def make_submission(at, sender="shopify"):
    return Submission(
        sender=sender, topic="orders/paid", trust=Trust.SIGNED, received_at=at, occurred_at=at, body=b"{}"
    )


def tell_order(number, order):
    """Return what tells of an order: itself, its end, its refund."""
    items = tuple(LineItem(title=item) for item in order.items)
    paid = an_order(f"{order.at:%y%m%d}-{number}", order.at, total=order.total, currency="EUR", items=items)
    told = [(f"o{number}", make_submission(order.at), Reading(kind="order", orders=(paid,)))]
    if not order.counts:
        later = order.at + timedelta(hours=3)
        ended = paid.model_copy(update={"state": OrderState.CANCELLED, "updated_at": later})
        told.append((f"c{number}", make_submission(later), Reading(kind="order", orders=(ended,))))
    if order.back:
        refund = Refund(id=f"r{number}", order_id=paid.id, amount=order.back, currency="EUR")
        told.append((f"r{number}", make_submission(order.at), Reading(kind="refund", refunds=(refund,))))
    return told


def tell_answer(number, at, score, source, ranking):
    """Return what tells of an answer to the survey."""
    values = {"score": score, "found_us": source, "why_us": ranking, "why": "It was cold."}
    kept = {name: value for name, value in values.items() if value not in (None, "", [])}
    entry = Entry(kind="survey", at=at, values=kept)
    return f"a{number}", make_submission(at, "form"), Reading(kind="survey", entry=entry)


def invent_customer(chance: random.Random) -> Invented:
    """Return a customer; about one in three bought nothing."""
    orders = [invent_order(chance) for _ in range(chance.choice([0, 0, 1, 1, 2, 3, 5, 9, 14]))]
    answers = [invent_answer(chance) for _ in range(chance.choice([0, 0, 1, 1, 2, 4]))]
    return Invented(orders, answers, chance.choice(["", *AGES]), ("", *HOMES)[len(orders) % 3])


def invent_order(chance):
    total = Decimal(chance.randrange(500, 9_000)) / 100
    back = total / 2 if chance.random() < 0.15 else Decimal(0)
    items = tuple(chance.sample(PRODUCTS, chance.choice([1, 1, 2, 3])))
    return Bought(invent_time(chance), items, total, back, chance.random() > 0.1)


def invent_answer(chance):
    score = chance.choice([None, *range(11)])
    ranking = chance.sample(REASONS, chance.choice([0, 1, 2, 4]))
    return invent_time(chance), score, chance.choice(["", *SOURCES]), ranking


def invent_time(chance):
    return NOW - timedelta(days=chance.randrange(0, 500), minutes=chance.randrange(1, 1_400))
