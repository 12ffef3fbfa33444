"""What we know of one person: a pure fold over their history, into a small profile and a row for each order and entry.

Each step is a join (the later wins, a set grows, an edge moves out), so history may be folded in any order, and
folding one more event into yesterday's record equals folding everything again. A property test holds that. The totals
are sums over the rows: a row that changes takes its old value away and adds the new one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import (
    Consent,
    ConsentState,
    EntryRecord,
    HeldValue,
    OrderMark,
    OrderRecord,
    Profile,
    Reading,
    Submission,
    Totals,
)
from chalicelib.people.answers import join_answers
from chalicelib.people.bounds import count_typed, is_bounded
from chalicelib.people.consents import (
    choose_consents,
    choose_fields,
    list_withdrawals,
    merge_consents,
    merge_fields,
    name_value,
    place_consents,
    read_field,
)
from chalicelib.people.entries import (
    clear_entries,
    count_entry,
    find_repeated,
    join_entries,
    join_withdrawn,
    mark_entries,
    withdraw_entries,
)
from chalicelib.people.mail_notes import join_mails
from chalicelib.people.mailbox import find_mailbox
from chalicelib.people.orders import (
    add_totals,
    choose_latest,
    count_order,
    find_last,
    is_thin,
    join_orders,
)
from chalicelib.people.referrals import note_referrals
from chalicelib.people.sold import mark_record
from chalicelib.shop.ages import come_of_age, join_ages, list_ages
from chalicelib.store.people_rows import name_event

OWN_SENDERS = ("outreach", "ses")  # our own acts, and events of our mails: no activity of the person


@dataclass(frozen=True)
class Record:
    """A profile and rows below it: the rows that an event touches, or all of them.

    `orders` is keyed by `sender:shop:id`, `entries` by `name_entry`.
    """

    profile: Profile
    orders: Mapping[str, OrderRecord] = field(default_factory=dict)
    entries: Mapping[str, EntryRecord] = field(default_factory=dict)


def fold_event(record: Record, key: str, submission: Submission, reading: Reading) -> Record:
    """Return the record with one more event in it; it must have the rows that the event touches, where they exist.

    Folding the same event twice would count it twice.
    """
    event = name_event(submission.occurred_at, key)
    mailbox = normalise_email(reading.email) or submission.mailbox
    repeated = find_repeated(record.entries, submission, reading) is not None
    profile = fold_statements(record.profile, submission, reading, counts=not repeated)
    orders = join_orders(record.orders, submission, reading, event, mailbox)
    entries = join_entries(record.entries, key, submission, reading, event, mailbox)
    profile = note_entries(note_orders(profile, record.orders, orders), reading, entries, counts=not repeated)
    profile = note_referrals(profile, submission, reading, orders)
    # A withdrawal clears all entries that are at hand; those in the tables are cleared before it is settled (redact).
    kept = clear_entries({**record.entries, **entries}, read_withdrawals(profile))
    return Record(profile, {**record.orders, **orders}, withdraw_entries(kept, profile.withdrawn))


def read_withdrawals(profile: Profile) -> dict[str, datetime]:
    """Return when each purpose was last withdrawn, by a profile."""
    return list_withdrawals({**profile.outranked, **profile.consents})


def note_orders(profile: Profile, before: Mapping[str, OrderRecord], after: Mapping[str, OrderRecord]) -> Profile:
    """Return the profile with its totals and latest orders as the changed rows have them."""
    if not after:
        return profile
    totals = profile.totals
    for name, record in after.items():
        totals = add_totals(totals, count_order(record), count_order(before.get(name)))
    marks = {name: mark for name, record in after.items() if (mark := mark_record(record))}
    latest = choose_latest({**profile.latest, **marks})
    thin = profile.thin or is_thin(profile.latest, marks)
    return place_latest(profile.model_copy(update={"totals": totals}), latest, thin=thin)


def place_latest(profile: Profile, latest: Mapping[str, OrderMark], *, thin: bool) -> Profile:
    """Return the profile with these latest orders; it is thin where there are purchases and none is among them."""
    last = find_last(latest.values())
    lost = last is None and profile.totals.purchases > 0
    return profile.model_copy(update={"latest": dict(latest), "thin": thin or lost, "last_purchase": last})


def note_entries(profile: Profile, reading: Reading, entries: Mapping[str, EntryRecord], *, counts: bool) -> Profile:
    """Return the profile with an entry counted, and marked where campaigns write about it."""
    if reading.entry is None:
        return profile
    more = count_entry(reading.entry) if counts else Totals()
    purposes = sorted({*profile.sensitive, *reading.entry.sensitive.values()})
    return profile.model_copy(
        update={
            "totals": add_totals(profile.totals, more),
            "marks": mark_entries(profile.marks, entries),
            "answers": join_answers(profile.answers, entries.values()),
            "sensitive": tuple(purposes),
        }
    )


def fold_statements(profile: Profile, submission: Submission, reading: Reading, *, counts: bool) -> Profile:
    """Return the profile with what an event states, but for orders and entries."""
    ages = join_ages(profile.ages, list_ages(reading.fields.items(), submission.occurred_at))
    heard = merge_consents(
        merge_consents(profile.outranked, profile.consents.values()), place_consents(submission, reading)
    )
    held = merge_fields(list_values(profile), submission, reading)
    typed = counts and is_bounded(submission, reading)
    stated = profile.model_copy(
        update={
            "ages": ages,
            "joined": first_consent_dates(profile.joined, reading.consents),
            "mails": join_mails(profile.mails, reading),
            "first_seen": min(profile.first_seen or submission.occurred_at, submission.occurred_at),
            "last_seen": last_activity(profile.last_seen, submission, reading),
            "last_login": join_logins(profile.last_login, submission, reading),
            "clicked": join_clicks(profile.clicked, reading),
            "typed": count_typed(profile.typed, submission) if typed else profile.typed,
            "withdrawn": join_withdrawn(profile.withdrawn, submission, reading),
            "events": profile.events + counts,
        }
    )
    return choose_statements(stated, heard, held)


def choose_statements(profile: Profile, heard: Mapping[str, Consent], held: Mapping[str, HeldValue]) -> Profile:
    """Return the profile with the consents and fields that count now, by age, withdrawals and mailbox."""
    of_age = come_of_age(profile.ages)
    withdrawals = list_withdrawals(heard)
    mailbox = find_mailbox(held.get("email"), profile.identities)
    consents, outranked = choose_consents(heard, of_age, mailbox)
    fields, withheld = choose_fields(held, of_age, withdrawals, mailbox)
    return profile.model_copy(
        update={"fields": fields, "withheld": withheld, "consents": consents, "outranked": outranked}
    )


def choose_again(profile: Profile) -> Profile:
    """Return the profile with the consents and fields that count for its names as they are now."""
    heard = merge_consents(profile.outranked, profile.consents.values())
    held = {name_value(read_field(key), each): each for key, each in list_values(profile)}
    return choose_statements(profile, heard, held)


def list_values(profile: Profile) -> list[tuple[str, HeldValue]]:
    """Return every statement of a field with its key: a withheld one and a current one may have one name."""
    return [*profile.withheld.items(), *profile.fields.items()]


def last_activity(held: datetime | None, submission: Submission, reading: Reading) -> datetime | None:
    """Return when the person was last active."""
    if not shows_activity(submission, reading):
        return held
    return max(held or submission.occurred_at, submission.occurred_at)


def join_logins(held: datetime | None, submission: Submission, reading: Reading) -> datetime | None:
    """Return when the person last logged in, as a system of the shop reported."""
    return max(held or submission.occurred_at, submission.occurred_at) if reading.kind == "login" else held


def join_clicks(held: datetime | None, reading: Reading) -> datetime | None:
    """Return when the person last followed a link of a mail; a machine's visit does not count."""
    if reading.kind != "click" or reading.entry is None or is_by_machine(reading):
        return held
    return max(held or reading.entry.at, reading.entry.at)


def is_by_machine(reading: Reading) -> bool:
    """Return whether a visit was a scanner's."""
    return reading.entry is not None and reading.entry.values.get("by") == "machine"


def shows_activity(submission: Submission, reading: Reading) -> bool:
    """Return whether a submission shows activity of the person; our mails and notes, and scanners, do not."""
    by_us = submission.sender in OWN_SENDERS or reading.kind == "note"
    return not by_us and not (reading.kind == "click" and is_by_machine(reading))


def first_consent_dates(held: Mapping[str, datetime], consents: Iterable[Consent]) -> dict[str, datetime]:
    """Return when the first yes to each purpose was given; one that waits for its confirmation does not count yet."""
    joined = dict(held)
    for new in consents:
        if new.state is ConsentState.GIVEN:
            joined[new.purpose] = min(new.at, joined.get(new.purpose, new.at))
    return joined
