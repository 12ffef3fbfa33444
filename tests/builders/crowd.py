"""Many customers at once, each with a core, a key and a review, and no history. Builders for tests and measurements."""

import random
from datetime import timedelta

from chalicelib.models import Grade, HeldValue, Profile
from chalicelib.people.person import Person
from chalicelib.people.profile import Record
from chalicelib.store.attributes import load_row
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import RootSeal, make_key
from tests.builders.invented import invent_customer
from tests.builders.shop import NOW


def make_crowd(services, count, *, start=0, alone=True, **known):
    """Write customers `p00000`...; each key is sealed alone, as where one customer comes a day. Return their ids.

    `known` are fields by name, each a function of the customer's number.
    """
    ids = [f"p{number:05}" for number in range(start, start + count)]
    named = ((one, {name: make(number) for name, make in known.items()}) for number, one in enumerate(ids, start))
    write_profiles(services, (make_profile(*each) for each in named), alone=alone)
    return ids


def write_profiles(services, profiles, *, alone=False):
    """Write a core, a key and a review for each profile; with `alone` each key under a data key of its own."""
    rows, keys = [], []
    for profile in profiles:
        customer_id, key = profile.customer_id, make_key()
        if alone:
            services.keys.root = RootSeal([services.settings.root_key], services.kms)
        person = Person(Record(profile), 0, PersonSeal(customer_id, key), key)
        core = services.people.write_core(person, person.profile, None)
        review = services.retention_queue.plan_first(customer_id, NOW)
        rows += [load_row(part["Put"]["Item"]) for part in (core, review)]
        keys.append(load_row(services.keys.write_key(customer_id, person.new_key)["Put"]["Item"]))
    services.table.write_items(rows)
    services.keys.table.write_items(keys)


def invent_people(services, people, seed=1):
    """Write so many invented customers, who bought and answered; return their profiles by id."""
    chance = random.Random(seed)
    profiles = {f"p{number:05}": invent_customer(chance).fold(chance, f"p{number:05}") for number in range(people)}
    write_profiles(services, profiles.values())
    return profiles


def make_profile(customer_id, fields):
    """Return a customer with some fields."""
    held = {name: HeldValue(value=value, at=NOW, source="form", grade=Grade.TYPED) for name, value in fields.items()}
    return Profile(customer_id=customer_id, fields=held, events=1)


def all_met(services, now=NOW + timedelta(days=1), until=float("inf"), *consumers):
    """Walk over everybody; return the counts."""
    from chalicelib.fold.walk import walk_people

    return walk_people(services, consumers, now, until)


class Met:
    """Keeps the ids that a walk showed; its state is what it has met."""

    name = "met"

    def __init__(self):
        self.ids, self.result, self.began = [], None, 0
        self.broken = set()

    def begin(self, now):
        self.ids, self.began = [], self.began + 1

    def resume(self, state):
        self.ids = state.decode().split()

    def add(self, person):
        if person.id in self.broken:
            raise ZeroDivisionError
        self.ids.append(person.id)

    def pause(self):
        return " ".join(self.ids).encode(), []

    def finish(self, now):
        self.result = list(self.ids)
