"""What a proven data subject request brings about: each action returns the parts of one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.erasure.forget import ForgetOrder, Reason, find_held, list_rows, write_forgetting
from chalicelib.errors import RaceLostError
from chalicelib.models import Identity, IdentityKind, JsonValue, RequestKind, Submission, utc_text
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.person import Person
from chalicelib.people.profile import fold_event
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.history import OpenedItem, release_names, write_history
from chalicelib.settling.match import claim_names, look_up
from chalicelib.settling.names import change_names
from chalicelib.shop.periods import KEEP_PACKAGE
from chalicelib.store.inbox import State
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.store.requests import BY_PERSON, TAKEN, RequestRow, RequestState
from chalicelib.store.table import Part
from chalicelib.strictjson import dump_json, parse_object

KEEP_RESULT = KEEP_PACKAGE  # how long the result's page tells what came of a request
HIDDEN = ("result", "email")  # of a submission's body: not for the history
Parts = list[Part]


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
    def address(self) -> str:
        """Return the address whose mailbox proved the request, normalised."""
        return self.row.open_address(self.person.seal)

    @property
    def wish(self) -> bool:
        """Return whether the hash of the address shall be kept, so that no advertising is sent to it."""
        return self.opened.reading.notes["wish"] is True

    @property
    def language(self) -> str:
        """Return the language of the page on which the code was typed."""
        return str(parse_object(self.opened.submission.body)["language"])


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
    return [*enter_history(proven, services, now), *finish_request(proven, link_result(proven, now), services, now)]


def open_corrections(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Open the page on which details can be written and not read, and let what is written there be this person's."""
    until = now + KEEP_RESULT
    link = Link(kind=LinkKind.CHOOSE, language=proven.language, request=proven.row.kind, expires_at=until)
    owners = services.people.claim_links([name_token(proven.result)], proven.person.id, until)
    return [*enter_history(proven, services, now), *finish_request(proven, link, services, now), *owners]


def move_address(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Let the proven address stand for the person; it becomes a name of theirs, and the profile's address."""
    body = {**keep_body(proven.opened.submission), "address": proven.address}
    submission = proven.opened.submission.model_copy(update={"body": dump_json(body)})
    reading = read_submission(submission)
    match = look_up(submission, reading.model_copy(update={"link": ""}), [], services)
    person, key = proven.person, proven.opened.item.key
    names = change_names(person.profile, match)
    placed = replace(person.record, profile=person.profile.model_copy(update={"identities": names.identities}))
    record = fold_event(placed, key, submission, reading)
    return [
        services.inbox.write_tombstone(key, State.SETTLED, now),
        *write_history(person, record, [(key, submission)], services, now, match=match),
        *claim_names(person.id, names.given, match, services.people),
        *release_names(person.id, names.released, services.people),
        note_request(proven, services, now),
        *finish_request(proven, link_result(proven, now), services, now),
    ]


def refuse_move(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Leave a move to staff whose address came to name somebody else; its page says so in general words."""
    row = replace(
        proven.row,
        state=RequestState.UNREACHABLE,
        due_at=utc_text(proven.row.answer_by),
        reason=TAKEN,
        links=(*proven.row.links, name_token(proven.result)),
    )
    return [
        services.inbox.write_tombstone(proven.opened.item.key, State.SETTLED, now),
        services.requests.write_row(row, now),
        services.links.write_link(proven.result, link_result(proven, now)),
    ]


def link_result(proven: Confirmed, now: datetime) -> Link:
    """Return the link of a page that says what came of a request."""
    return Link(kind=LinkKind.RESULT, language=proven.language, request=proven.row.kind, expires_at=now + KEEP_RESULT)


def forget_asker(proven: Confirmed, services: Services, now: datetime) -> Parts:
    """Make the person unreadable; what is left of them, this row too, is swept, and the receipt follows."""
    row = proven.row
    held = find_held(row.customer_id, services)
    if held is None:
        raise RaceLostError(row.customer_id)
    order = ForgetOrder(
        reason=Reason.REQUEST,
        request=row.id,
        requested_at=row.asked_at,
        result=name_token(proven.result),
        barred=list_barred(proven, services),
        decided_at=proven.opened.submission.received_at,
    )
    done = replace(row, state=RequestState.DONE, due_at=utc_text(now))
    return [
        services.inbox.write_tombstone(proven.opened.item.key, State.SETTLED, now),
        services.requests.write_row(done, now),
        note_request(proven, services, now),
        # The stream's clock is a whole second, and may lie before the moment at which the code was typed.
        *write_forgetting(held, order, services, max(now, proven.opened.submission.received_at)),
    ]


def list_barred(proven: Confirmed, services: Services) -> tuple[str, ...]:
    """Return the index rows of the proven address where the person wishes a no to outlive the erasure; else none."""
    name = Identity(kind=IdentityKind.EMAIL, value=proven.address)
    return list_rows((name,), services.people) if proven.wish else ()


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
    submission = opened.submission.model_copy(update={"body": dump_json(keep_body(opened.submission))})
    submission = submission.model_copy(update={"mailbox": read_mailbox(person.profile)})
    record = fold_event(person.record, opened.item.key, submission, opened.reading)
    return [
        services.inbox.write_tombstone(opened.item.key, State.SETTLED, now),
        *write_history(person, record, [(opened.item.key, submission)], services, now),
    ]


def keep_body(submission: Submission) -> dict[str, JsonValue]:
    """Return what the history keeps of a submission's body."""
    return {name: value for name, value in parse_object(submission.body).items() if name not in HIDDEN}


def note_request(proven: Confirmed, services: Services, now: datetime) -> Part:
    """Return the part that notes who asked for what."""
    reason = f"asked for: {proven.row.kind}"
    return services.audit.write_access(proven.person.id, BY_PERSON, reason, now)


ACTIONS: Mapping[RequestKind, Callable[[Confirmed, Services, datetime], Parts]] = {
    RequestKind.ACCESS: start_access,
    RequestKind.RESTRICT: use_fields,
    RequestKind.OBJECT: use_fields,
    RequestKind.CORRECT: open_corrections,
    RequestKind.ERASE: forget_asker,
    RequestKind.MOVE: move_address,
}
