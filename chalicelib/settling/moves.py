"""An order whose customer or e-mail was corrected moves to its customer, with its money and the events of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chalicelib.downstream.changes import write_changes
from chalicelib.models import Event, Identity, Order, OrderState, Reading, Submission
from chalicelib.people.person import Person, list_touched
from chalicelib.people.profile import fold_event
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.match import IdentityMatch
from chalicelib.settling.whose import pass_name
from chalicelib.store.table import Part

MOVED = "moved"
MOST_MOVED = 20  # events that move with one order


@dataclass(frozen=True)
class Move:
    """An order leaves `old`; `events` told of it alone, and enter the history of its customer."""

    old: Person
    name: Identity
    order: Order
    events: tuple[Event, ...]


def find_moves(person: Person, match: IdentityMatch, services: Services) -> list[Move]:
    """Return the orders of a submission that another customer has; raise LateNews where theirs is the later word."""
    found = [find_move(person, order, match, services) for order in match.reading.orders]
    return [move for move in found if move is not None]


def find_move(person: Person, order: Order, match: IdentityMatch, services: Services) -> Move | None:
    """Return the move of one order, or None; raise LateNews."""
    source = f"{match.submission.sender}:{match.submission.shop}:{order.id}"
    name = next((name for name in match.names if name.kind == "order" and name.value == source), None)
    holder = match.find_holder(name) if name is not None else None
    if name is None or holder in (None, person.id):
        return None
    reading = Reading(kind=match.reading.kind, orders=(order,))
    old = services.people.load_person(str(holder), list_touched([(match.submission, reading)]))
    held = old.record.orders.get(source)
    if held is None or held.order is None or held.order.state is OrderState.MOVED:
        return None
    if held.order.updated_at > order.updated_at:
        raise LateNews(old)
    return Move(old, name, order, list_own(old, held.events, order.id, services))


class LateNews(Exception):  # noqa: N818 - no error: it tells whose the order is by now
    """A submission describes an order as it was before it moved to `keeper`, whose it is now."""

    def __init__(self, keeper: Person) -> None:
        super().__init__("an order moved since")
        self.keeper = keeper


def list_own(old: Person, record_ids: tuple[str, ...], order_id: str, services: Services) -> tuple[Event, ...]:
    """Return the events that told of this order and of no other."""
    events = services.people.read_events(old, record_ids[-MOST_MOVED:])
    return tuple(
        event for event in events if {one.id for one in read_submission(event.submission).orders} == {order_id}
    )


def write_move(
    move: Move, person: Person, key: str, match: IdentityMatch, services: Services, now: datetime
) -> list[Part]:
    """Return the parts by which an order leaves its former customer, and its events enter the right history."""
    gone = move.order.model_copy(
        update={"state": OrderState.MOVED, "items": (), "refunds": {}, "codes": (), "number": "", "total": Decimal(0)}
    )
    reading = Reading(kind=match.reading.kind, orders=(gone,))
    body = reading.model_dump_json(exclude_defaults=True).encode()
    submission = match.submission.model_copy(update={"body": body, "reduced": True, "claims": ()})
    left = f"{key}-{MOVED}"  # the event itself is in the other history, and may come back from there
    record = fold_event(move.old.record, left, submission, reading)
    return [
        services.people.write_event(move.old, left, submission),
        *services.people.write_record(move.old, record, services.find_due(record.profile, now)),
        *write_changes(services.outbox, move.old.profile, record.profile, now),
        *(services.people.delete_event(move.old, event) for event in move.events),
        *(services.people.write_event(person, event.key, event.submission) for event in move.events),
        *pass_name(match, move.name, move.old.id, person.id, services),
    ]


def add_moved(move: Move) -> list[tuple[str, Submission, Reading]]:
    """Return the moved events as the fold takes them."""
    return [(event.key, event.submission, read_submission(event.submission)) for event in move.events]
