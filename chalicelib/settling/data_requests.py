"""Data subject requests, from the settling side: what is asked waits for its proof, and what the proof brings about.

request   a row below the person, if there is one of that address; nothing else: the person's key seals the address, and
          no record is opened
move      a row below the person behind the link, who proves the new address by its own mail
try       a turn at the code, counted by having been kept
confirm   once, within 24 hours of the mail: history, what was asked for, the result's link, an audit row
lift      staff ends a restriction
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, Reading, RequestKind, utc_text
from chalicelib.people.directory import People
from chalicelib.people.mailboxes import may_prove
from chalicelib.services import Services
from chalicelib.settling.commit import settle_without_effect
from chalicelib.settling.history import OpenedItem
from chalicelib.settling.request_actions import ACTIONS, Confirmed, refuse_move, write_redacted
from chalicelib.store.inbox import State
from chalicelib.store.requests import CLOSED, TAKEN, RequestRow, RequestState, make_request


def settle_request(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle any of them."""
    return SETTLERS[opened.submission.topic](opened, services, now)


def keep_request(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Keep that an address asks for something. One that still waits for its mail answers for both."""
    address = read_asked(opened.reading)
    customer_id = services.people.find_address(address)
    seal = services.people.open_seal(customer_id) if customer_id else None
    if customer_id is None or seal is None:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    new = start_request(opened, customer_id, services.people).seal_address(seal, address)
    waiting = services.requests.list_waiting(new, seal)
    return write_request(opened, join_request(waiting[0], new) if waiting else new, waiting, services, now)


def keep_move(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Keep that a person names a new address; a row about an address that names somebody else is for staff."""
    address, people = read_asked(opened.reading), services.people
    customer_id = people.find_customer(Identity(kind="link", value=opened.reading.link)) or ""
    seal = people.open_seal(customer_id)
    if seal is None or not address or people.find_address(address) == customer_id:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    new = start_request(opened, customer_id, people).seal_address(seal, address)
    waiting = services.requests.list_waiting(new, seal)
    if may_prove(new, address, people):
        row = join_request(waiting[0], new) if waiting else new
    else:
        row = waiting[0] if waiting else leave_to_staff(new)
    return write_request(opened, row, waiting, services, now)


def leave_to_staff(row: RequestRow) -> RequestRow:
    """Return a move whose address names somebody else: staff decide."""
    return replace(row, state=RequestState.UNREACHABLE, due_at=utc_text(row.answer_by), reason=TAKEN)


def write_request(
    opened: OpenedItem, row: RequestRow, waiting: list[RequestRow], services: Services, now: datetime
) -> State:
    """Settle a request into its row, unless the row waits as it is."""
    services.table.commit_parts(
        [
            services.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
            services.keys.check_key(row.customer_id),
            *([services.requests.write_row(row, now)] if row not in waiting else []),
        ]
    )
    return State.SETTLED


def start_request(opened: OpenedItem, customer_id: str, people: People) -> RequestRow:
    """Return the row of a request, without its address."""
    submission = opened.submission
    return make_request(
        customer_id,
        RequestKind(opened.reading.notes["kind"]),
        submission.received_at,
        language=submission.language,
        network=name_network(submission.network, people),
    )


def join_request(held: RequestRow, new: RequestRow) -> RequestRow:
    """Return the row that answers for both.

    A stranger whose network must wait does not make the person wait. A person who could not be reached is tried again,
    since they may have an address by now. The mails of both requests count under the caps of the address.
    """
    if held.state is RequestState.UNREACHABLE:
        return replace(held, state=RequestState.ASKING, network=new.network, reason="", due_at=new.due_at)
    if held.state is RequestState.ASKING and held.reason == "network" and held.network != new.network:
        return replace(held, network=new.network, reason="", due_at=new.due_at)
    return held


def read_asked(reading: Reading) -> str:
    """Return the address that a submission names, normalised, or ""."""
    return normalise_email(str(reading.notes["email"]))


def name_network(network: str, people: People) -> str:
    """Return the row name that counts requests of a network, or "" where none is known."""
    return people.name_rows(Identity(kind="network", value=network))[0] if network else ""


def ignore_code_attempt(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle a turn: nothing is left to do."""
    return settle_without_effect(opened.item.key, State.SETTLED, services, now)


def settle_confirm(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Do what was asked, once; a code that comes too late, or again, or by a link that was replaced, does nothing."""
    row = find_row(opened, services)
    if row is None or not is_confirmable(row, opened):
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    erases = row.kind == RequestKind.ERASE.value
    person = (services.people.open_hollow if erases else services.people.open_person)(row.customer_id)
    if person is None:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    proven, action = Confirmed(opened, row, person), ACTIONS[RequestKind(row.kind)]
    if not may_prove(row, proven.address, services.people):
        if row.kind != RequestKind.MOVE.value:  # given up since: the mailbox proves nothing about this person
            return settle_without_effect(opened.item.key, State.NOBODY, services, now)
        action = refuse_move
    services.table.commit_parts(action(proven, services, now))
    return State.SETTLED


def find_row(opened: OpenedItem, services: Services) -> RequestRow | None:
    """Return the request that a link belongs to."""
    owner = services.people.find_customer(Identity(kind="link", value=opened.reading.link)) or ""
    return services.requests.read_owner(owner)


def is_confirmable(row: RequestRow, opened: OpenedItem) -> bool:
    """Return whether a code typed at that moment proves this request, however late it is settled."""
    typed = opened.submission.received_at
    fits = row.link == opened.reading.link and row.kind == opened.reading.notes["kind"]
    return fits and row.state not in CLOSED and typed < datetime.fromisoformat(row.until)


def lift_restriction(opened: OpenedItem, services: Services, now: datetime) -> State:
    """End a restriction at the word of staff, who have noted it themselves."""
    customer_id = services.people.find_address(read_asked(opened.reading))
    person = services.people.open_person(customer_id) if customer_id else None
    if person is None:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    services.table.commit_parts(write_redacted(opened, person, services, now))
    return State.SETTLED


SETTLERS: Mapping[str, Callable[[OpenedItem, Services, datetime], State]] = {
    "request": keep_request,
    "move": keep_move,
    "try": ignore_code_attempt,
    "confirm": settle_confirm,
    "lift": lift_restriction,
}
