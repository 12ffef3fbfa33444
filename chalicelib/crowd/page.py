"""Opens the cores of a page of customers: one call of DynamoDB for each 50, and one of KMS for each data key."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.people.person import Person
from chalicelib.people.reader import open_core
from chalicelib.runs import OUTAGES, note_fault
from chalicelib.services import Services
from chalicelib.store.keys import name_secret
from chalicelib.store.people_pages import MOST, read_page
from chalicelib.store.queues import split_batches
from chalicelib.store.stored_rows import load_stored
from chalicelib.store.table import Row
from chalicelib.vault.person import PersonSeal

UNREAD = "unreadable"  # the name of the count of records that could not be read
Found = TypeVar("Found")
OpenKey = Callable[[str, bytes], bytes]


@dataclass(frozen=True)
class Page:
    """The customers of a page, in the order of their ids; `unread` is how many records could not be read."""

    people: tuple[Person, ...] = ()
    unread: int = 0


def open_page(ids: Iterable[str], services: Services, open_key: OpenKey | None = None) -> Page:
    """Open those of some customers who are there, each once.

    Left out are customers who are forgotten, and records that a joined one stands for: the joined one has an id of its
    own in every list of ids. A record that cannot be read is logged, counted and stepped over. `open_key` takes a
    customer's id and sealed key. Raise KeyUnavailableError while KMS does not answer.
    """
    wanted, people, unread = tuple(dict.fromkeys(ids)), [], 0
    rows = {customer_id: (key, core) for customer_id, key, core in read_rows(wanted, services)}
    for customer_id in (each for each in wanted if each in rows):
        try:
            person = open_rows(customer_id, *rows[customer_id], open_key or find_opener(services))
        except OUTAGES:
            raise
        except Exception as fault:
            note_fault("walk", customer_id, fault)
            unread += 1
            continue
        people += [person] if person else []
    return Page(tuple(people), unread)


def try_each(
    people: Iterable[Person], look: Callable[[Person], Found], counts: Counter[str]
) -> Iterator[tuple[Person, Found]]:
    """Yield what a look at each person finds; one that cannot be read is logged, counted and stepped over.

    Raise what AWS raises while it is out of reach.
    """
    for person in people:
        try:
            found = look(person)
        except OUTAGES:
            raise
        except Exception as fault:
            note_fault("walk", person.id, fault)
            counts[UNREAD] += 1
            continue
        yield person, found


def list_pages(ids: Iterable[str], services: Services) -> Iterator[Page]:
    """Yield every page of a list of ids, however long."""
    for some in split_batches(ids, MOST):
        yield open_page(some, services)


def read_rows(ids: Sequence[str], services: Services) -> Iterator[tuple[str, Row, Row]]:
    for first in range(0, len(ids), MOST):
        yield from read_page(services.keys, services.people_rows, ids[first : first + MOST])


def open_rows(customer_id: str, key: Row, core: Row, open_key: OpenKey) -> Person | None:
    """Return the person of a key and a core, or None where a joined record stands for it: its key is not opened."""
    stored = load_stored(core)
    if stored.joined:
        return None
    return open_core(PersonSeal(customer_id, open_key(customer_id, bytes(key["sealed"]))), stored)


def find_opener(services: Services) -> OpenKey:
    """Return what opens keys in a walk: its cache holds the data keys of all."""

    def open_key(customer_id: str, sealed: bytes) -> bytes:
        return services.walk_root.open_secret(name_secret(customer_id), sealed)

    return open_key
