"""The year of one invented person, as the submissions that tell of it, in the order of time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import RequestKind, Submission
from chalicelib.senders.privacy import ask_request
from infra.demo import orders, posts
from infra.demo.catalogue import BY_SKU
from infra.demo.person import Invented, open_chance
from infra.demo.purchases import Bought, buy_goods
from infra.demo.sayings import NOTES

ONLINE = 0.3  # of the people open an account in the shop system; the others sign up on the shop's own page
ASKED = (RequestKind.ACCESS, RequestKind.CORRECT)
DAY = timedelta(days=1)
HANDED = 10 * DAY  # from a pre-order to its handing over


@dataclass(frozen=True)
class Life:
    """`told` arrives at the door. What staff do is beside it: a note, and when a pre-order was handed over.

    `forgotten_at` is when the person was forgotten, if so.
    """

    person: Invented
    told: tuple[Submission, ...]
    note: str = ""
    handed_at: datetime | None = None
    forgotten_at: datetime | None = None


def live_year(seed: int, person: Invented, end: datetime) -> Life:
    """Return the year of a person before the end."""
    chance = open_chance(seed, person.number, "life")
    bought = buy_goods(seed, person, end)
    told = [
        *come_in(chance, person, end),
        *tell_orders(person, bought, end),
        *tell_answers(chance, person, bought, end),
        *tell_cards(chance, person, bought, end),
        *tell_wishes(chance, person, end),
    ]
    gone = end - chance.uniform(2, 90) * DAY if chance.random() < 0.02 else None
    if gone is not None and gone < person.joined + DAY:
        gone = None
    kept = [each for each in told if gone is None or each.received_at < gone]
    note = chance.choice(NOTES) if chance.random() < 0.15 else ""
    return Life(person, tuple(sorted(kept, key=lambda each: each.received_at)), note, find_handing(kept, end), gone)


def find_handing(told: list[Submission], end: datetime) -> datetime | None:
    """Return when the pre-order of a person was handed over; one of the last ten days waits still."""
    ordered = next((each.received_at for each in told if each.topic == "pre-order"), None)
    return ordered + HANDED if ordered is not None and ordered + HANDED < end else None


def come_in(chance: random.Random, person: Invented, end: datetime) -> Iterator[Submission]:
    """Yield how the shop came to know somebody; who signed up in the last two days has not confirmed it yet."""
    if chance.random() < ONLINE:
        yield orders.tell_customer(person)
    else:
        yield posts.sign_up(person, confirm=end - person.joined < 2 * DAY)
    if chance.random() < 0.07 and (ended := person.joined + chance.uniform(10, 200) * DAY) < end:
        yield orders.tell_end(person, ended)


def tell_orders(person: Invented, bought: list[Bought], end: datetime) -> Iterator[Submission]:
    """Yield orders, with what became of them."""
    for order in bought:
        yield orders.tell_order(person, order)
        if order.cancelled and (ended := order.at + timedelta(hours=2)) < end:
            yield orders.tell_cancelled(person, order, ended)
        if order.back_at is not None:
            yield orders.tell_refund(order, order.back_at)


def tell_answers(chance: random.Random, person: Invented, bought: list[Bought], end: datetime) -> Iterator[Submission]:
    """Yield the answers of a survey: one in two answers after a purchase, some again months later."""
    if not bought or chance.random() > 0.55:
        return
    at = chance.choice(bought[:3]).at + chance.uniform(1, 6) * DAY
    first = True
    while at < end:
        yield posts.answer_survey(person, at.replace(microsecond=0), chance, first=first)
        first, at = False, at + chance.uniform(60, 150) * DAY
        if chance.random() < 0.5:
            return


def tell_cards(chance: random.Random, person: Invented, bought: list[Bought], end: datetime) -> Iterator[Submission]:
    """Yield the warranty cards of what has one."""
    for order in bought:
        for sku, _ in order.lines:
            at = order.at + chance.uniform(0.2, 9) * DAY
            if BY_SKU[sku].has_warranty and chance.random() < 0.6 and at < end:
                yield posts.register_warranty(person, sku, order.at, at.replace(microsecond=0))


def tell_wishes(chance: random.Random, person: Invented, end: datetime) -> Iterator[Submission]:
    """Yield pre-orders, those of the last weeks still open, and requests about data, of the last days alone."""
    if chance.random() < 0.12 and (at := end - chance.uniform(0.5, 60) * DAY) > person.joined:
        yield posts.order_ahead(person, at.replace(microsecond=0), chance)
    if chance.random() < 0.02 and (at := end - chance.uniform(0.1, 2) * DAY) > person.joined:
        kind, name = chance.choice(ASKED), f"demo-{person.number}"
        asked = ask_request(kind, person.email, at, network="203.0.113.0/24", language=person.language)
        yield asked.model_copy(update={"idempotency_key": name})  # random in the product: twice the same here
