"""How a customer stands, at the head of their page: in words, with the reason, and what they may be asked or sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.data_requests.glance import Glance
from chalicelib.data_requests.readable.orders import show_item
from chalicelib.data_requests.readable.reasons import explain_because
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row, dump_row
from chalicelib.desk.people.head_words import HeadWords
from chalicelib.models import Profile
from chalicelib.people.consents import MARKETING
from chalicelib.shop.ages import is_minor

MOST_PURCHASES = 3


@dataclass(frozen=True)
class Purchase:
    """One of the last purchases: its day, its items, what was paid in all."""

    day: str
    items: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class Head:
    """`status` is in words and `because` its reason. `limits` say what the customer may not be asked or sent."""

    status: str
    because: str
    since: str
    limits: tuple[str, ...]
    purchases: tuple[Purchase, ...]


def read_head(glance: Glance, row: Row, writer: Writer, say: HeadWords, now: datetime) -> Head:
    """Return how a person stands; `row` is what `data_requests.status` makes of them."""
    profile, status = glance.person.profile, str(row["status"])
    since = writer.write_moment_day(profile.first_seen) if profile.first_seen else ""
    return Head(
        say.restricted if row["restricted"] else writer.words.statuses.get(status, status),
        explain_because(str(row["status_because"]), writer),
        say.since.format(day=since) if since else "",
        tuple(list_limits(profile, bool(row["restricted"]), say, now)),
        tuple(list_last(glance, writer))[:MOST_PURCHASES],
    )


def list_limits(profile: Profile, restricted: bool, say: HeadWords, now: datetime) -> Iterator[str]:
    """Yield what must not be done, or whether advertising may be sent where nothing forbids it."""
    young = is_minor(profile.ages, now)
    if restricted:
        yield say.set_aside
    if young:
        yield say.child
    if not restricted and not young:
        yield say.news if profile.has_consent(MARKETING) else say.no_news


def list_last(glance: Glance, writer: Writer) -> Iterator[Purchase]:
    """Yield the purchases that are shown, the latest first; an order that only tried the shop's system out is none."""
    orders = [one.order for one in glance.orders if one.order and not one.order.test]
    bought = [order for order in orders if order.state in ("open", "paid")]
    for order in sorted(bought, key=lambda order: order.placed_at, reverse=True):
        items = [dump_row(item) for item in order.items]
        yield Purchase(
            writer.write_moment_day(order.placed_at),
            tuple(show_item(item, order.currency, writer) for item in items),
            writer.write_money(order.total, order.currency),
        )
