"""Data subject requests, from the settling side: what is asked waits for its proof, and what the proof brings about.

request   a row below the person, if there is one of that address; nothing else, and nobody is opened
try       a turn at the code, counted by having been kept
confirm   once, within 24 hours of the mail: history, what was asked for, the result's link, an audit row
lift      staff ends a restriction
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.addresses import normalise_email
from chalicelib.erasure.forget import ForgetOrder, Reason, write_forgetting
from chalicelib.errors import KeyUnavailableError
from chalicelib.models import Identity, Reading, RequestKind, utc_text
from chalicelib.people.directory import People, Person
from chalicelib.people.profile import fold_event
from chalicelib.senders.privacy import SENDER
from chalicelib.settling.commit import OpenedItem, Settling, settle_without_effect
from chalicelib.shop.periods import KEEP_PACKAGE
from chalicelib.store.audit import write_access
from chalicelib.store.inbox import State
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.store.requests import BY_PERSON, CLOSED, UNSENT, RequestRow, RequestRows, RequestState, make_request
from chalicelib.strictjson import dump_json, parse_object

KEEP_RESULT = KEEP_PACKAGE  # how long the result's page tells what came of a request
HIDDEN = ("result", "email")  # of a submission's body: not for the history
Parts = list[dict[str, Any]]


def is_data_request(opened: OpenedItem) -> bool:
    """Tell a submission about a data subject request."""
    return opened.submission.sender == SENDER


def settle_request(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """Settle any of them."""
    return SETTLERS[opened.submission.topic](opened, tools, now)


def keep_request(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """Keep that an address asks for something. One that still waits for its mail answers for both."""
    people, rows = tools.people, RequestRows(tools.people.customers)
    customer_id = find_asked(opened.reading, people)
    if customer_id is None:
        return settle_without_effect(opened.item.key, State.NOBODY, tools, now)
    submission = opened.submission
    kind = RequestKind(opened.reading.notes["kind"])
    new = make_request(
        customer_id,
        kind,
        submission.received_at,
        language=submission.language,
        network=name_network(submission.network, people),
    )
    waiting = [row for row in rows.list_requests(customer_id) if row.kind == kind and row.state in UNSENT]
    row = join_request(waiting[0], new) if waiting else new
    people.customers.commit_parts(
        [
            tools.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
            people.keys.check_key(customer_id),
            *([rows.write_row(row, now)] if row not in waiting else []),
        ]
    )
    return State.SETTLED


def join_request(held: RequestRow, new: RequestRow) -> RequestRow:
    """Return the row that answers for both.

    A stranger whose network must wait does not make the person wait; and who could not be reached is tried again, since
    whoever asks anew may have an address by now. The caps of the address count on.
    """
    if held.state is RequestState.UNREACHABLE:
        return replace(held, state=RequestState.ASKING, network=new.network, reason="", due_at=new.due_at)
    if held.state is RequestState.ASKING and held.reason == "network" and held.network != new.network:
        return replace(held, network=new.network, reason="", due_at=new.due_at)
    return held


def find_asked(reading: Reading, people: People) -> str | None:
    """Return whose address a submission names, if they are still here."""
    address = normalise_email(str(reading.notes["email"]))
    customer_id = people.find_customer(Identity(kind="email", value=address)) if address else None
    return customer_id if customer_id and people.keys.read_row(f"cust#{customer_id}") else None


def name_network(network: str, people: People) -> str:
    """Return the row name that counts requests of a network, or "" where none is known."""
    return people.name_rows(Identity(kind="network", value=network))[0] if network else ""


def ignore_code_attempt(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """Settle a turn: nothing is left to do."""
    return settle_without_effect(opened.item.key, State.SETTLED, tools, now)


@dataclass(frozen=True)
class Confirmed:
    """A request that its person has proven to be theirs."""

    opened: OpenedItem
    row: RequestRow
    person: Person

    @property
    def result(self) -> str:
        """Return the token of the result's page."""
        return str(self.opened.reading.notes["result"])

    @property
    def language(self) -> str:
        """Return the language of whoever typed the code."""
        return str(parse_object(self.opened.submission.body)["language"])


def settle_confirm(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """Do what was asked, once; a code that comes too late, or again, or by a link that was replaced, does nothing."""
    row = find_row(opened, tools.people)
    if row is None or not is_confirmable(row, opened):
        return settle_without_effect(opened.item.key, State.NOBODY, tools, now)
    try:
        person = tools.people.load_person(row.customer_id)
    except KeyUnavailableError:
        if tools.people.keys.read_row(f"cust#{row.customer_id}") is not None:
            raise
        return settle_without_effect(opened.item.key, State.NOBODY, tools, now)
    proven = Confirmed(opened, row, person)
    tools.people.customers.commit_parts(ACTIONS[RequestKind(row.kind)](proven, tools, now))
    return State.SETTLED


def find_row(opened: OpenedItem, people: People) -> RequestRow | None:
    """Return the request that a link belongs to."""
    owner = people.find_customer(Identity(kind="link", value=opened.reading.link)) or ""
    return RequestRows(people.customers).read_owner(owner)


def is_confirmable(row: RequestRow, opened: OpenedItem) -> bool:
    """Tell whether a code typed at that moment proves this request: however late it is settled."""
    typed = opened.submission.received_at
    fits = row.link == opened.reading.link and row.kind == opened.reading.notes["kind"]
    return fits and row.state not in CLOSED and typed < datetime.fromisoformat(row.until)


def start_access(proven: Confirmed, tools: Settling, now: datetime) -> Parts:
    """Let the package be made: its token waits sealed under the person's own key."""
    row, person = proven.row, proven.person
    sealed = person.seal.seal_record(f"request#{row.id}", "result", proven.result.encode())
    links = (*row.links, name_token(proven.result))
    waiting = replace(
        row, state=RequestState.CONFIRMED, due_at=utc_text(now), result=sealed, links=links, language=proven.language
    )
    return [*enter_history(proven, tools, now), RequestRows(tools.people.customers).write_row(waiting, now)]


def use_fields(proven: Confirmed, tools: Settling, now: datetime) -> Parts:
    """Do what the history says by itself (`privacy.reading`): restrict, object."""
    link = Link(kind=LinkKind.RESULT, language=proven.language, request=proven.row.kind, expires_at=now + KEEP_RESULT)
    return [*enter_history(proven, tools, now), *finish_request(proven, link, tools, now)]


def open_corrections(proven: Confirmed, tools: Settling, now: datetime) -> Parts:
    """Open the page on which details can be written and not read, and let what is written there be this person's."""
    until = now + KEEP_RESULT
    link = Link(kind=LinkKind.CHOOSE, language=proven.language, request=proven.row.kind, expires_at=until)
    rows = tools.people.name_rows(Identity(kind="link", value=name_token(proven.result)))
    owners = [tools.people.customers.write_owner(row, proven.person.id, until) for row in rows]
    return [*enter_history(proven, tools, now), *finish_request(proven, link, tools, now), *owners]


def forget_asker(proven: Confirmed, tools: Settling, now: datetime) -> Parts:
    """Make the person unreadable; what is left of them, this row too, is swept, and the receipt follows."""
    row, person = proven.row, proven.person
    order = ForgetOrder(
        reason=Reason.REQUEST, request=row.id, requested_at=row.asked_at, result=name_token(proven.result)
    )
    done = replace(row, state=RequestState.DONE, due_at=utc_text(now))
    return [
        tools.inbox.write_tombstone(proven.opened.item.key, State.SETTLED, now),
        RequestRows(tools.people.customers).write_row(done, now),
        note_request(proven, tools, now),
        # The stream's clock is a whole second, and may lie before the moment at which the code was typed.
        *write_forgetting(person, order, tools.forgetting, max(now, proven.opened.submission.received_at)),
    ]


def finish_request(proven: Confirmed, link: Link, tools: Settling, now: datetime) -> Parts:
    """Return the parts that end a request and let its page say so."""
    links = (*proven.row.links, name_token(proven.result))
    done = replace(proven.row, state=RequestState.DONE, due_at=utc_text(now), links=links)
    return [tools.links.write_link(proven.result, link), RequestRows(tools.people.customers).write_row(done, now)]


def enter_history(proven: Confirmed, tools: Settling, now: datetime) -> Parts:
    """Return the parts that settle the item into the person's history and note who asked for what."""
    return [*tell_history(proven.opened, proven.person, tools, now), note_request(proven, tools, now)]


def tell_history(opened: OpenedItem, person: Person, tools: Settling, now: datetime) -> Parts:
    """Return the parts that settle an item into a person's history, without the tokens and addresses in it."""
    said = {name: value for name, value in parse_object(opened.submission.body).items() if name not in HIDDEN}
    submission = opened.submission.model_copy(update={"body": dump_json(said)})
    profile = fold_event(person.profile, opened.item.key, submission, opened.reading)
    return [
        tools.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
        tools.people.write_event(person, opened.item.key, submission),
        *tools.people.write_profile(person, profile, tools.find_due(profile, now)),
        *tools.outbox.write_changes(person.profile, profile, now),
    ]


def note_request(proven: Confirmed, tools: Settling, now: datetime) -> dict[str, Any]:
    """Return the part that notes who asked for what."""
    reason = f"asked for: {proven.row.kind}"
    return write_access(tools.people.customers, proven.person.id, BY_PERSON, reason, now)


def lift_restriction(opened: OpenedItem, tools: Settling, now: datetime) -> State:
    """End a restriction at the word of staff, who have noted it themselves."""
    customer_id = find_asked(opened.reading, tools.people)
    if customer_id is None:
        return settle_without_effect(opened.item.key, State.NOBODY, tools, now)
    person = tools.people.load_person(customer_id)
    tools.people.customers.commit_parts(tell_history(opened, person, tools, now))
    return State.SETTLED


SETTLERS: Mapping[str, Callable[[OpenedItem, Settling, datetime], State]] = {
    "request": keep_request,
    "try": ignore_code_attempt,
    "confirm": settle_confirm,
    "lift": lift_restriction,
}
ACTIONS: Mapping[RequestKind, Callable[[Confirmed, Settling, datetime], Parts]] = {
    RequestKind.ACCESS: start_access,
    RequestKind.RESTRICT: use_fields,
    RequestKind.OBJECT: use_fields,
    RequestKind.CORRECT: open_corrections,
    RequestKind.ERASE: forget_asker,
}
