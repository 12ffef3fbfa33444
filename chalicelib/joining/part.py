"""Part: the two customers of a joined record stand for themselves again; the joined record ends.

    what came since is folded into the record of the customer whose name it has
    one transaction: the joined core and key deleted, names back, both cores stand for themselves, a line in the audit

The two records were kept as they were. It fails where the joined core changed meanwhile: then what came since is looked
at anew. Each step may be repeated: an event that is in a record already is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.downstream.changes import write_changes
from chalicelib.errors import NotJoinableError, RaceLostError
from chalicelib.joining.copies import Copier, list_keys, list_others
from chalicelib.joining.join import RETRIES, drop_rows, pass_all, pass_names
from chalicelib.models import HeldName, Reading, Submission
from chalicelib.people.entries import ENDED, list_meant
from chalicelib.people.identity import list_identities
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.person import Person, list_touched
from chalicelib.people.profile import choose_again, fold_event
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.store.joins import Join
from chalicelib.store.people_rows import EVENT
from chalicelib.store.requests import FINISHED
from chalicelib.store.stored_rows import find_names
from chalicelib.store.table import Part


@dataclass(frozen=True)
class Parting:
    """A joined record and its two customers; `main` is the one whose mailbox the record has."""

    joined: Person
    main: Person
    other: Person

    def choose_side(self, rows: set[str]) -> Person:
        """Return the customer who had one of these names, by their index rows; `main` where neither or both had."""
        return self.other if rows & set(self.other.names) and not rows & set(self.main.names) else self.main


def part_people(
    joined_id: str, actor: str, services: Services, now: datetime, more: Sequence[Part] = ()
) -> tuple[str, str]:
    """Part a joined record, in one transaction with the parts of `more`; return the ids of its two customers.

    Raise NotJoinableError, RaceLostError.
    """
    for _ in range(RETRIES):
        try:
            return part_once(joined_id, actor, services, now, more)
        except RaceLostError:
            continue
    raise RaceLostError("part")


def part_once(joined_id: str, actor: str, services: Services, now: datetime, more: Sequence[Part]) -> tuple[str, str]:
    """Hand over what came since, and make the transaction once."""
    join = find_join(joined_id, services, now)
    parting = open_parting(join, services)
    give_events(parting, services)
    give_others(parting, services)
    # The two have changed by what they were given; the joined record must be as it was before that was listed.
    fresh = replace(open_parting(join, services), joined=parting.joined)
    services.table.commit_parts([*more, *write_parting(fresh, actor, services, now)])
    drop_rows(joined_id, services)
    services.identities.drop_holder(parting.joined.names, joined_id)
    return join.first, join.second


def find_join(joined_id: str, services: Services, now: datetime) -> Join:
    """Return the join of a record that may be parted now; raise NotJoinableError."""
    join = services.joins.read_join(joined_id)
    if join is None:
        raise NotJoinableError("the record was not joined by staff")
    if now > join.until:
        raise NotJoinableError(f"the two records were deleted on {join.until.date()}, 30 days after the join")
    if any(row.state not in FINISHED for row in services.requests.list_requests(joined_id)):
        raise NotJoinableError("a request about the data of the customer is open (make requests)")
    return join


def open_parting(join: Join, services: Services) -> Parting:
    """Open the joined record and its two customers."""
    people = services.people
    joined, first, second = (people.load_own(each) for each in (join.customer_id, join.first, join.second))
    mailbox = read_mailbox(joined.profile)
    swaps = any(name.value == mailbox for name in second.profile.list_current("email"))
    return Parting(joined, second, first) if swaps else Parting(joined, first, second)


def give_events(parting: Parting, services: Services) -> None:
    """Fold each event that came since the join into the record of the customer whose name it has."""
    people = services.people
    old = [list_keys(each.id, EVENT, services) for each in (parting.main, parting.other)]
    new = sorted(list_keys(parting.joined.id, EVENT, services) - old[0] - old[1])
    for record_id in new:
        for event in people.read_events(parting.joined, [record_id]):
            give_event(event.key, event.submission, parting, services)


def give_event(key: str, submission: Submission, parting: Parting, services: Services) -> None:
    """Fold one event into one of the two records."""
    reading = read_submission(submission)
    names = list_identities(submission, reading, services.settings.shop_country)
    rows = {row for name in names for row in services.people.name_rows(name)}
    side = find_told(reading, parting, services) or find_side(rows, parting, services)
    person = services.people.load_own(side.id, list_touched([(submission, reading)]))
    record = fold_event(person.record, key, submission, reading)
    event = services.people.write_event(person, key, submission)
    orders = [row for name in names if name.kind == "order" for row in services.people.name_rows(name)]
    passed = pass_names(orders, {parting.joined.id: side.id}, services)
    meant = map(person.name_entry, list_meant(reading.entry, person.profile.marks))
    ended = services.handovers.end_waiting(side.id, meant)
    services.table.commit_parts([event, *services.people.write_record(person, record, None), *passed, *ended])


def find_told(reading: Reading, parting: Parting, services: Services) -> Person | None:
    """Return who has the entry that an event ends or withdraws; None for any other event, and where not one has it."""
    if not reading.withdraws and (reading.entry is None or reading.entry.kind not in ENDED):
        return None
    sides = [services.people.load_own(each.id) for each in (parting.main, parting.other)]
    marks = {side.id: side.profile.marks for side in sides}
    has = [side for side in sides if reading.withdraws in marks[side.id] or list_meant(reading.entry, marks[side.id])]
    return has[0] if len(has) == 1 else None


def find_side(rows: set[str], parting: Parting, services: Services) -> Person:
    """Return whose an event is: orders and links still name the customer who had them, other names are compared."""
    owners = {owner.id for owner in services.identities.find_owners(sorted(rows)).values()}
    if parting.other.id in owners and parting.main.id not in owners:
        return parting.other
    return parting.choose_side(rows)


def give_others(parting: Parting, services: Services) -> None:
    """Copy the mails, requests, links and cards that came since to the customer whose mailbox the record has."""
    own = {str(row["sk"]) for side in (parting.main, parting.other) for row in list_others(side.id, services)}
    copier = Copier(parting.joined, parting.main, services)
    new = [row for row in list_others(parting.joined.id, services) if row["sk"] not in own]
    services.table.write_items(copier.copy_row(row) for row in new)
    for row in new:
        links = services.people.name_links(str(row.get("links", "")).split())
        pass_all([*find_names(row), *links], parting.joined.id, parting.main.id, services)


def write_parting(parting: Parting, actor: str, services: Services, now: datetime) -> list[Part]:
    """Return the parts of the transaction that ends the joined record."""
    joined = parting.joined
    return [
        services.people_rows.delete_core(joined.id, joined.version),
        services.keys.delete_key(joined.id),
        services.retention_queue.drop_row(joined.id),
        *write_side(parting, parting.main, services, now),
        *write_side(parting, parting.other, services, now),
        *give_names(parting, services),
        *(services.audit.write_access(side.id, actor, "parted again", now) for side in (parting.main, parting.other)),
        *write_changes(services.outbox, joined.profile, parting.main.profile, now),
    ]


def write_side(parting: Parting, side: Person, services: Services, now: datetime) -> list[Part]:
    """Return the parts by which one customer stands for themself again, with the names that came since."""
    new = list_new(parting) if side is parting.main else []
    profile = choose_again(side.profile.model_copy(update={"identities": (*side.profile.identities, *new)}))
    kept = [row for name in new for row in services.people.name_rows(name)]
    alone = replace(side, joined="")
    return [
        services.people.write_core(alone, profile, services.find_due(profile, now), names=kept),
        services.retention_queue.plan_next(side.id, now),
    ]


def list_new(parting: Parting) -> list[HeldName]:
    """Return the names that came since the join: neither customer had them."""
    had = {(name.kind, name.value) for side in (parting.main, parting.other) for name in side.profile.identities}
    return [name for name in parting.joined.profile.identities if (name.kind, name.value) not in had]


def give_names(parting: Parting, services: Services) -> list[Part]:
    """Return the parts that give each name of the joined record to the customer who had it; new ones to `main`."""
    rows = list(parting.joined.names)
    owned = [(row, owner) for row, owner in services.identities.find_owners(rows).items()]
    return [
        services.identities.pass_name(row, parting.joined.id, parting.choose_side({row}).id, owner.gone_at)
        for row, owner in owned
        if owner.id == parting.joined.id
    ]
