"""Data subject requests, from the settling side: what is asked waits for its proof, and what the proof brings about.

request   a row below the person, if there is one of that address; nothing else, and nobody is opened
try       a turn at the code, counted by having been kept
confirm   once, within 24 hours of the mail: history, what was asked for, the result's link, an audit row
lift      staff ends a restriction
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.erasure.forget import ForgetOrder, Reason, write_forgetting
from chalicelib.models import Identity, Reading, RequestKind, utc_text
from chalicelib.people.directory import People, Person
from chalicelib.people.profile import fold_event
from chalicelib.services import Services
from chalicelib.settling.commit import OpenedItem, settle_without_effect, write_history
from chalicelib.shop.periods import KEEP_PACKAGE
from chalicelib.store.inbox import State
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.store.requests import BY_PERSON, CLOSED, UNSENT, RequestRow, RequestState, make_request
from chalicelib.store.table import Part
from chalicelib.strictjson import dump_json, parse_object

KEEP_RESULT = KEEP_PACKAGE  # how long the result's page tells what came of a request
HIDDEN = ("result", "email")  # of a submission's body: not for the history
Parts = list[Part]


def settle_request(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle any of them."""
    return SETTLERS[opened.submission.topic](opened, services, now)


def keep_request(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Keep that an address asks for something. One that still waits for its mail answers for both."""
    people, requests = services.people, services.requests
    customer_id = find_asked(opened.reading, people)
    if customer_id is None:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    submission = opened.submission
    kind = RequestKind(opened.reading.notes["kind"])
    new = make_request(
        customer_id,
        kind,
        submission.received_at,
        language=submission.language,
        network=name_network(submission.network, people),
    )
    waiting = [row for row in requests.list_requests(customer_id) if row.kind == kind and row.state in UNSENT]
    row = join_request(waiting[0], new) if waiting else new
    services.table.commit_parts(
        [
            services.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
            services.keys.check_key(customer_id),
            *([requests.write_row(row, now)] if row not in waiting else []),
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
    return customer_id if customer_id and people.keys.has_key(customer_id) else None


def name_network(network: str, people: People) -> str:
    """Return the row name that counts requests of a network, or "" where none is known."""
    return people.name_rows(Identity(kind="network", value=network))[0] if network else ""


def ignore_code_attempt(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle a turn: nothing is left to do."""
    return settle_without_effect(opened.item.key, State.SETTLED, services, now)


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


def settle_confirm(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Do what was asked, once; a code that comes too late, or again, or by a link that was replaced, does nothing."""
    row = find_row(opened, services)
    if row is None or not is_confirmable(row, opened):
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    person = services.people.open_person(row.customer_id)
    if person is None:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    proven = Confirmed(opened, row, person)
    services.table.commit_parts(ACTIONS[RequestKind(row.kind)](proven, services, now))
    return State.SETTLED


def find_row(opened: OpenedItem, services: Services) -> RequestRow | None:
    """Return the request that a link belongs to."""
    owner = services.people.find_customer(Identity(kind="link", value=opened.reading.link)) or ""
    return services.requests.read_owner(owner)


def is_confirmable(row: RequestRow, opened: OpenedItem) -> bool:
    """Tell whether a code typed at that moment proves this request: however late it is settled."""
    typed = opened.submission.received_at
    fits = row.link == opened.reading.link and row.kind == opened.reading.notes["kind"]
    return fits and row.state not in CLOSED and typed < datetime.fromisoformat(row.until)


def start_access(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Let the package be made: its token waits sealed under the person's own key."""
    row, person = proven.row, proven.person
    sealed = person.seal.seal_record(row.record_id, "result", proven.result.encode())
    links = (*row.links, name_token(proven.result))
    waiting = replace(
        row, state=RequestState.CONFIRMED, due_at=utc_text(now), result=sealed, links=links, language=proven.language
    )
    return [*enter_history(proven, services, now), services.requests.write_row(waiting, now)]


def use_fields(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Do what the history says by itself (`senders.privacy`): restrict, object."""
    link = Link(kind=LinkKind.RESULT, language=proven.language, request=proven.row.kind, expires_at=now + KEEP_RESULT)
    return [*enter_history(proven, services, now), *finish_request(proven, link, services, now)]


def open_corrections(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Open the page on which details can be written and not read, and let what is written there be this person's."""
    until = now + KEEP_RESULT
    link = Link(kind=LinkKind.CHOOSE, language=proven.language, request=proven.row.kind, expires_at=until)
    owners = services.people.claim_links([name_token(proven.result)], proven.person.id, until)
    return [*enter_history(proven, services, now), *finish_request(proven, link, services, now), *owners]


def forget_asker(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Make the person unreadable; what is left of them, this row too, is swept, and the receipt follows."""
    row, person = proven.row, proven.person
    order = ForgetOrder(
        reason=Reason.REQUEST, request=row.id, requested_at=row.asked_at, result=name_token(proven.result)
    )
    done = replace(row, state=RequestState.DONE, due_at=utc_text(now))
    return [
        services.inbox.write_tombstone(proven.opened.item.key, State.SETTLED, now),
        services.requests.write_row(done, now),
        note_request(proven, services, now),
        # The stream's clock is a whole second, and may lie before the moment at which the code was typed.
        *write_forgetting(person, order, services, max(now, proven.opened.submission.received_at)),
    ]


def finish_request(proven: Confirmed, link: Link, services: Services, now: datetime) -> Parts:
    """Return the parts that end a request and let its page say so."""
    links = (*proven.row.links, name_token(proven.result))
    done = replace(proven.row, state=RequestState.DONE, due_at=utc_text(now), links=links)
    return [services.links.write_link(proven.result, link), services.requests.write_row(done, now)]


def enter_history(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Return the parts that settle the item into the person's history and note who asked for what."""
    return [*write_redacted(proven.opened, proven.person, services, now), note_request(proven, services, now)]


def write_redacted(opened: OpenedItem, person: Person, services: Services, now: datetime) -> Parts:
    """Return the parts that settle an item into a person's history, without the tokens and addresses in it."""
    body = {name: value for name, value in parse_object(opened.submission.body).items() if name not in HIDDEN}
    submission = opened.submission.model_copy(update={"body": dump_json(body)})
    profile = fold_event(person.profile, opened.item.key, submission, opened.reading)
    return [
        services.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
        *write_history(person, profile, [(opened.item.key, submission)], services, now),
    ]


def note_request(proven: Confirmed, services: Services, now: datetime) -> Part:
    """Return the part that notes who asked for what."""
    reason = f"asked for: {proven.row.kind}"
    return services.audit.write_access(proven.person.id, BY_PERSON, reason, now)


def lift_restriction(opened: OpenedItem, services: Services, now: datetime) -> State:
    """End a restriction at the word of staff, who have noted it themselves."""
    customer_id = find_asked(opened.reading, services.people)
    if customer_id is None:
        return settle_without_effect(opened.item.key, State.NOBODY, services, now)
    person = services.people.load_person(customer_id)
    services.table.commit_parts(write_redacted(opened, person, services, now))
    return State.SETTLED


SETTLERS: Mapping[str, Callable[[OpenedItem, Services, datetime], State]] = {
    "request": keep_request,
    "try": ignore_code_attempt,
    "confirm": settle_confirm,
    "lift": lift_restriction,
}
ACTIONS: Mapping[RequestKind, Callable[[Confirmed, Services, datetime], Parts]] = {
    RequestKind.ACCESS: start_access,
    RequestKind.RESTRICT: use_fields,
    RequestKind.OBJECT: use_fields,
    RequestKind.CORRECT: open_corrections,
    RequestKind.ERASE: forget_asker,
}
