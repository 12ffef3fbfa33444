"""One invented person: who they are, what they like, when they came and when they left."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.demo.catalogue import BESIDE, BY_SKU, FAVOURITES
from infra.demo.names import Name, write_address, write_phone

YEAR = 365
SOURCES = {"friend": 34, "passing": 26, "search": 18, "social": 12, "press": 4, "other": 6}
AGES = {"16-24": 10, "25-34": 24, "35-44": 24, "45-54": 18, "55-64": 14, "65+": 10}
REASONS = {"quality": 38, "people": 22, "near": 18, "range": 14, "price": 8}


@dataclass(frozen=True)
class Invented:
    """`favourites` are what they buy again, each with its own mean gap in days; `once` what they buy one time.

    `left` is when they bought for the last time: after the end for people who still come.
    """

    number: int
    name: str
    email: str
    phone: str
    language: str
    joined: datetime
    left: datetime
    favourites: tuple[tuple[str, float], ...]
    once: tuple[str, ...]
    source: str
    age: str
    reasons: tuple[str, ...]
    mood: float

    @property
    def sender_id(self) -> int:
        """Return the id that the shop system has of them."""
        return 7_100_000_000 + self.number


def open_chance(seed: int, number: int, what: str) -> random.Random:
    """Return a chance of its own for each person and matter: more people change nobody who was there."""
    return random.Random(f"{seed} {number} {what}")


def choose_one(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def invent_person(seed: int, number: int, names: list[Name], end: datetime) -> Invented:
    """Return the person of a number; the same for the same seed, names and end."""
    chance = open_chance(seed, number, "person")
    name, handle, language = names[number % len(names)]
    joined = end - timedelta(days=chance.uniform(1, YEAR), hours=1)
    # About a third come once; the others stay for half a year in the mean.
    stays = timedelta(days=1 if chance.random() < 0.35 else 1 + chance.expovariate(1 / 170))
    favourites, once = choose_goods(chance)
    return Invented(
        number=number,
        name=name,
        email=write_address(handle, number // len(names), chance.randrange(3)),
        phone=write_phone(number) if chance.random() < 0.4 else "",
        language=language,
        joined=joined.replace(microsecond=0),
        left=joined.replace(microsecond=0) + stays,
        favourites=favourites,
        once=once,
        source=choose_one(chance, SOURCES),
        age=choose_one(chance, AGES) if chance.random() < 0.7 else "",
        reasons=rank_reasons(chance),
        mood=chance.gauss(8.3, 1.6),
    )


def choose_goods(chance: random.Random) -> tuple[tuple[tuple[str, float], ...], tuple[str, ...]]:
    """Return what somebody buys again and again, and what they buy once."""
    liked = [choose_one(chance, FAVOURITES)]
    if chance.random() < 0.25:
        liked.append(choose_one(chance, FAVOURITES))
    beside = [sku for each in liked for sku, share in BESIDE[each].items() if chance.random() * 100 < share]
    wanted = list(dict.fromkeys([*liked, *beside]))
    speed = chance.lognormvariate(0, 0.3)  # some drink more than others
    again = tuple((sku, BY_SKU[sku].lasts * speed) for sku in wanted if BY_SKU[sku].lasts)
    return again, tuple(sku for sku in wanted if not BY_SKU[sku].lasts)


def rank_reasons(chance: random.Random) -> tuple[str, ...]:
    """Return up to three reasons, the first first."""
    left, ranked = dict(REASONS), []
    for _ in range(chance.choice((1, 2, 3, 3))):
        ranked.append(choose_one(chance, left))
        del left[ranked[-1]]
    return tuple(ranked)
