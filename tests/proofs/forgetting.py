"""Forgets some of the invented customers of a shop, and compares every figure with a shop in which they never were."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.fold.run import list_consumers
from chalicelib.fold.walk import walk_people
from chalicelib.numbers.counting import Sums, read_counted
from tests.builders.crowd import write_profiles
from tests.builders.invented import invent_customer
from tests.builders.shop import NOW, Shop

NIGHT, NEXT = NOW + timedelta(days=1), NOW + timedelta(days=2)


def forget_some(shop: Shop, other: Shop, people: int, gone: int, seed: int) -> list[str]:
    """Forget `gone` of so many in one shop, and never let them into the other; return the figures that differ.

    What says of itself that it counts erasures may differ: `Sums.erasures`.
    """
    chance = random.Random(seed)
    profiles = {f"p{number:05}": invent_customer(chance).fold(chance, f"p{number:05}") for number in range(people)}
    left = set(chance.sample(sorted(profiles), gone))
    write_profiles(shop.services(), profiles.values())
    write_profiles(other.services(), (profile for one, profile in profiles.items() if one not in left))
    before = count_shop(shop, NIGHT)
    for customer_id in sorted(left):
        order = ForgetOrder(reason=Reason.STAFF, request=f"r-{customer_id}", requested_at=NIGHT)
        assert forget_person(customer_id, order, shop.services(), NIGHT)
    # The other shop is counted twice as well: which pairs are counted is chosen by the night before.
    count_shop(other, NIGHT)
    after, never = count_shop(shop, NEXT), count_shop(other, NEXT)
    assert before.tally != after.tally
    assert (after.erasures, never.erasures) == (gone, 0)
    return list(list_differences(after.read_numbers().model_dump(), never.read_numbers().model_dump(), ""))


def count_shop(shop: Shop, now: Any) -> Sums:
    """Walk over everybody; return what was counted."""
    services = shop.services()
    assert walk_people(services, list_consumers(services), now, float("inf"))["over"]
    counted = read_counted(services)
    assert counted is not None
    return counted


def list_differences(one: Any, other: Any, name: str) -> Iterator[str]:
    """Yield the names of all values in which two figures differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from list_differences(one.get(key), other.get(key), f"{name}.{key}")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from list_differences(*pair, f"{name}[{place}]")
    elif one != other:
        yield name
