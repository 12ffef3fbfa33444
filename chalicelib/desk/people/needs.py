"""What a customer probably needs next, and what goes with what they bought, at the head of their page.

Both come from the sums over everybody, of which the page reads one row: the sums are opened once a container, and after
each count. Products that are sensitive, or that fewer than five people bought, are in neither list. Nothing is said of
a child, nor of who restricted their data.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from chalicelib.campaigns.needs import NextNeed, list_needs
from chalicelib.data_requests.glance import Glance
from chalicelib.desk.people.head_words import HeadWords
from chalicelib.errors import DefinitionError
from chalicelib.forms.interface import Interface
from chalicelib.numbers.learned import open_shelf
from chalicelib.numbers.shelf import Shelf
from chalicelib.people.activity import is_whole
from chalicelib.services import Services
from chalicelib.shop.products import fold_product
from chalicelib.text import isolate_text

log = logging.getLogger(__name__)
MOST_NEEDS, MOST_BESIDE = 3, 3
OWNED = ("warranty", "pre-order")  # entries that name a product which the customer has, or waits for
NAMES = ("product", "item")  # the questions that name it


@dataclass(frozen=True)
class Next:
    """Sentences: of needs, the soonest first, and of products that go with a purchase."""

    needs: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def read_shelf(services: Services, counted_at: str) -> Shelf | None:
    """Return what is known of products; None before the first count, and while the file of products has a mistake.

    `counted_at` is when everybody was counted last, "" before the first count.
    """
    try:
        return open_shelf(services, counted_at) if counted_at else None
    except DefinitionError as fault:  # a sensitive product might be named
        log.error("products_unusable", extra={"reason": str(fault)})
        return None


def find_next(glance: Glance, shelf: Shelf, today: date, say: HeadWords, words: Interface) -> Next:
    """Return what to say of a customer who is grown up and restricted nothing."""
    profile = glance.person.profile
    needs = sorted(list_needs(profile, shelf.demands, 0), key=lambda need: need.due)
    told = [text for text in (tell_need(need, today, say, words) for need in needs) if text]
    beside = [
        say.beside.format(product=isolate_text(one), bought=isolate_text(to)) for one, to in list_beside(glance, shelf)
    ]
    return Next(tuple(told[:MOST_NEEDS]), tuple(beside[:MOST_BESIDE]))


def tell_need(need: NextNeed, today: date, say: HeadWords, words: Interface) -> str:
    """Return in how many days a product is needed, "" once the time in which nine of ten buy it again is over."""
    ago = (today - need.bought_on).days
    left, low, high = (round(days) - ago for days in (need.days, need.low, need.high))
    if high < 0:
        return ""
    pattern = say.need if left > 0 else say.need_now
    counts = {"days": max(0, left), "low": max(0, low), "high": high, "ago": ago}
    written = {name: words.write_number(count) for name, count in counts.items()}
    return pattern.format(product=isolate_text(need.product), **written)


def list_beside(glance: Glance, shelf: Shelf) -> Iterator[tuple[str, str]]:
    """Yield what goes with what was bought, the strongest first, each product once; never what the customer has.

    The core knows the latest orders alone: of somebody who bought more, who has what is not known, and nothing is said.
    """
    profile = glance.person.profile
    if not is_whole(profile):
        return
    had = {name for mark in profile.latest.values() for name in mark.items}
    folded = {fold_product(name) for name in (*had, *list_owned(glance))}
    bought = {name for mark in profile.latest.values() if mark.is_purchase for name in mark.items}
    for pair in shelf.pairs:
        for product, beside in (pair, pair[::-1]):
            if beside in bought and fold_product(product) not in folded:
                folded.add(fold_product(product))
                yield product, beside


def list_owned(glance: Glance) -> Iterable[str]:
    """Return the products of warranty cards and pre-orders, as the customer typed them."""
    entries = (each.entry for each in glance.entries.values() if each.entry.kind in OWNED and not each.entry.withdrawn)
    return [str(entry.values[name]) for entry in entries for name in NAMES if entry.values.get(name)]
