"""Join: a new record that stands for two customers, of copies of what both have; theirs stay as they are.

    copy the rows of both under the new key
    one transaction: the new core and key; both cores name the new record; names pass to it; a line in the audit

Until the transaction the copies belong to nobody, and no key that opens them is kept. It fails where a core changed
meanwhile: then the copies are made anew. Orders, links and mails still name the old ids: a reader who meets such an id
opens the new record.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.downstream.changes import write_changes
from chalicelib.errors import NotJoinableError, OversizeError, RaceLostError
from chalicelib.joining.copies import Copier, list_keys
from chalicelib.models import Profile
from chalicelib.people.person import Person, Touched
from chalicelib.people.profile import Record
from chalicelib.people.union import count_joined, join_order, join_profiles
from chalicelib.services import Services
from chalicelib.store.joins import MAY_PART
from chalicelib.store.mails import OPEN
from chalicelib.store.people_rows import EVENT
from chalicelib.store.requests import FINISHED
from chalicelib.store.stored_rows import find_numbers
from chalicelib.store.table import Part

RETRIES = 3
MOST_NAMES = 30  # index rows of both: each takes one part of the transaction, of DynamoDB's hundred
MOST_ROWS = 5_000  # of one customer: copies are made while a member of staff waits


@dataclass(frozen=True)
class Joining:
    """Two customers, and the new record."""

    first: Person
    second: Person
    new: Person


def join_people(
    first_id: str, second_id: str, actor: str, services: Services, now: datetime, more: Sequence[Part] = ()
) -> str:
    """Join two customers, in one transaction with the parts of `more`; return the id of their record.

    Raise NotJoinableError, RaceLostError.
    """
    for _ in range(RETRIES):
        try:
            return join_once(first_id, second_id, actor, services, now, more)
        except RaceLostError:
            continue
    raise RaceLostError("join")


def join_once(
    first_id: str, second_id: str, actor: str, services: Services, now: datetime, more: Sequence[Part]
) -> str:
    """Make the copies and the transaction once."""
    people = services.people
    first, second = people.load_person(first_id), people.load_person(second_id)
    check_joinable(first, second, services)
    joining = Joining(first, second, people.make_person())
    try:
        profile = copy_both(joining, services)
        services.table.commit_parts([*more, *write_join(joining, profile, actor, services, now)])
    except OversizeError:
        drop_rows(joining.new.id, services)
        raise NotJoinableError("together they are too large for one record") from None
    except BaseException:
        drop_rows(joining.new.id, services)
        raise
    for old in (first, second):
        services.identities.delete_suggestions(old.id)
    return joining.new.id


def check_joinable(first: Person, second: Person, services: Services) -> None:
    """Raise NotJoinableError where something of the two is under way, or they are too large."""
    if first.id == second.id:
        raise NotJoinableError("they are one customer already")
    for person in (first, second):
        if any(row.state not in FINISHED for row in services.requests.list_requests(person.id)):
            raise NotJoinableError("a request about the data of one of them is open (make requests)")
        if any(mail.state in OPEN for mail in services.mails.list_mails(person.id)):
            raise NotJoinableError("a mail to one of them is on its way; try again in an hour")
        if person.profile.events > MOST_ROWS or person.profile.totals.purchases > MOST_ROWS:
            raise NotJoinableError(f"one of them has more than {MOST_ROWS:,} events")
    if len({*first.names, *second.names}) > MOST_NAMES:
        raise NotJoinableError("together they have too many names")


def copy_both(joining: Joining, services: Services) -> Profile:
    """Copy the rows of both customers; return the profile of the new record.

    Both may have a row of one order or one event: of an event the first's is kept, and the order's rows are joined.
    """
    first, second, new = joining.first, joining.second, joining.new
    events = list_keys(first.id, EVENT, services) & list_keys(second.id, EVENT, services)
    Copier(second, new, services).copy_rows(left_out=events)
    Copier(first, new, services).copy_rows()
    profile = join_profiles(new.id, first.profile, second.profile)
    profile = profile.model_copy(update={"events": profile.events - len(events)})
    more = services.old_links.read_links(second.id)
    if more:
        services.table.commit_parts([services.old_links.add_links(new.id, more)])
    return join_orders(joining, profile, services)


def join_orders(joining: Joining, profile: Profile, services: Services) -> Profile:
    """Write the rows of the orders that both have; return the profile that counts each once, with its latest orders."""
    people = services.people
    names = [{order.name for order in people.list_orders(old)} for old in (joining.first, joining.second)]
    shared = Touched(orders=tuple(sorted(names[0] & names[1])))
    if shared.orders:
        rows = [people.load_own(old.id, shared).record.orders for old in (joining.first, joining.second)]
        for name in shared.orders:
            pair = (rows[0][name], rows[1][name])
            profile = profile.model_copy(update={"totals": count_joined(profile.totals, *pair)})
            copied = replace(joining.new, versions={joining.new.name_order(name): 1})
            services.table.commit_parts([people.write_order(copied, name, join_order(*pair))])
    return people.renew_record(joining.new, Record(profile)).profile


def write_join(joining: Joining, profile: Profile, actor: str, services: Services, now: datetime) -> list[Part]:
    """Return the parts of the transaction that makes the new record stand for both."""
    people, new = services.people, joining.new
    both = (joining.first, joining.second)
    names = {name for old in both for name in old.names}
    sources = {source for old in both for source in old.sources}
    return [
        people.write_core(new, profile, services.find_due(profile, now), names=sorted(names), sources=sorted(sources)),
        *([people.keys.write_key(new.id, new.new_key)] if new.new_key else []),
        services.joins.write_join(new.id, joining.first.id, joining.second.id, now),
        *(services.people_rows.join_core(old.id, old.version, new.id) for old in both),
        *pass_names(sorted(names), {old.id: new.id for old in both}, services),
        *(services.identities.note_holder(row, new.id) for row in sorted(names)),
        *(services.retention_queue.plan_review(old.id, now + MAY_PART) for old in both),
        services.retention_queue.plan_first(new.id, now),
        services.audit.write_access(new.id, actor, "joined two customers", now),
        *write_changes(services.outbox, joining.first.profile, profile, now),
    ]


def pass_names(rows: list[str], owners: dict[str, str], services: Services) -> Iterator[Part]:
    """Yield the parts that give index rows from each of their owners to another one."""
    held = services.identities.find_owners(rows)
    for row, owner in held.items():
        if owner.id in owners:
            yield services.identities.pass_name(row, owner.id, owners[owner.id], owner.gone_at)


def pass_all(rows: list[str], old: str, new: str, services: Services) -> None:
    """Give index rows, however many, from one owner to another; one that has another owner by now is left alone."""
    for part in pass_names(rows, {old: new}, services):
        with suppress(RaceLostError):
            services.table.commit_parts([part])


def drop_rows(customer_id: str, services: Services) -> None:
    """Delete the rows of a join that failed, or of a joined record that was parted."""
    rows = list(services.people_rows.list_rows(customer_id))
    services.identities.drop_holder({number for row in rows for number in find_numbers(row)}, customer_id)
    services.people_rows.delete_rows(customer_id, [row["sk"] for row in rows])
