"""One customer as far as they were read: the profile, the rows of orders and entries that are touched, the seal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chalicelib.models import Profile, Reading, Submission
from chalicelib.people.entries import name_repeated
from chalicelib.people.orders import name_orders
from chalicelib.people.profile import Record
from chalicelib.store.people_rows import ENTRY, ORDER
from chalicelib.vault.person import PersonSeal


@dataclass(frozen=True)
class Touched:
    """The rows of orders and entries that submissions touch, by name."""

    orders: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """One customer: their record as far as it was read, the versions of its rows, their seal.

    `versions` is by sort key; a row that is not in it is new. `numbers` has the index rows of orders' numbers likewise.
    `new_key` is set on a customer not stored yet. `names` and `sources` are the index rows kept beside the core;
    `joined` is the id of the record that stands for it, or "".
    """

    record: Record
    version: int
    seal: PersonSeal
    new_key: bytes | None = None
    versions: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    joined: str = ""

    @property
    def id(self) -> str:
        """Return the customer id: random, so it says nothing."""
        return self.record.profile.customer_id

    @property
    def profile(self) -> Profile:
        return self.record.profile

    def name_order(self, name: str) -> str:
        """Return the sort key of an order's row."""
        return ORDER + self.seal.name_record("order", name)

    def name_entry(self, name: str) -> str:
        """Return the sort key of an entry's row."""
        return ENTRY + self.seal.name_record("entry", name)


def place_rows(person: Person, touched: Touched) -> dict[str, str]:
    """Return the names of touched rows by their sort keys."""
    orders = {person.name_order(name): name for name in touched.orders}
    return orders | {person.name_entry(name): name for name in touched.entries}


def list_touched(items: Iterable[tuple[Submission, Reading]]) -> Touched:
    """Return the rows that submissions touch."""
    items = tuple(items)
    orders = [name for item in items for name in name_orders(*item)]
    entries = [name for item in items for name in name_repeated(*item)]
    withdrawn = [reading.withdraws for _, reading in items if reading.withdraws]
    return Touched(tuple(dict.fromkeys(orders)), tuple(dict.fromkeys((*entries, *withdrawn))))
