"""What we know of one person: a pure fold over their history.

Each step is a join (the later wins, a set grows, an edge moves out), so history may be folded in any order, and
folding one more event into yesterday's profile equals folding everything again. A property test holds that.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.models import (
    Consent,
    ConsentState,
    Entry,
    Identity,
    MailNote,
    MailState,
    Order,
    OrderState,
    Profile,
    Reading,
    Refund,
    Submission,
)
from chalicelib.people.consents import (
    choose_consents,
    choose_fields,
    clear_entries,
    list_withdrawals,
    merge_consents,
    merge_fields,
)
from chalicelib.shop.ages import come_of_age, join_ages, list_ages

OWN_SENDERS = ("outreach", "ses")  # our own acts, and events of our mails: no activity of the person


def fold_history(customer_id: str, history: Iterable[tuple[str, Submission, Reading]]) -> Profile:
    """Fold a whole history of (inbox key, submission, reading)."""
    profile = Profile(customer_id=customer_id)
    for key, submission, reading in history:
        profile = fold_event(profile, key, submission, reading)
    return profile


def fold_event(profile: Profile, key: str, submission: Submission, reading: Reading) -> Profile:
    """Return the profile with one more event in it. Folding the same event twice would count it twice."""
    orders = join_orders(profile.orders, submission, reading.orders)
    ages = join_ages(profile.ages, list_ages(reading.fields.items(), submission.occurred_at))
    of_age = come_of_age(ages)
    heard = merge_consents(merge_consents(profile.outranked, profile.consents.values()), reading.consents)
    withdrawals = list_withdrawals(heard)
    consents, outranked = choose_consents(heard, of_age)
    held = merge_fields({**profile.withheld, **profile.fields}, submission, reading)
    fields, withheld = choose_fields(held, of_age, withdrawals)
    return profile.model_copy(
        update={
            "fields": fields,
            "withheld": withheld,
            "consents": consents,
            "outranked": outranked,
            "ages": ages,
            "joined": first_consent_dates(profile.joined, reading.consents),
            "orders": orders,
            "refunds": join_refunds(profile.refunds, submission, reading.refunds),
            "entries": clear_entries(join_entries(profile, key, reading), withdrawals),
            "mails": join_mails(profile, reading),
            "first_seen": min(profile.first_seen or submission.occurred_at, submission.occurred_at),
            "last_seen": last_activity(profile.last_seen, submission, reading),
            "last_login": join_logins(profile.last_login, submission, reading),
            "last_purchase": max((order.placed_at for order in orders.values() if is_purchase(order)), default=None),
            "events": profile.events + 1,
        }
    )


def last_activity(held: datetime | None, submission: Submission, reading: Reading) -> datetime | None:
    """Return when the person was last active."""
    if not shows_activity(submission, reading):
        return held
    return max(held or submission.occurred_at, submission.occurred_at)


def join_logins(held: datetime | None, submission: Submission, reading: Reading) -> datetime | None:
    """Return when the person last logged in, as a system of the shop reported."""
    return max(held or submission.occurred_at, submission.occurred_at) if reading.kind == "login" else held


def shows_activity(submission: Submission, reading: Reading) -> bool:
    """Return whether a submission shows activity of the person; our own mails and visits by scanners do not."""
    by_machine = reading.entry is not None and reading.entry.values.get("by") == "machine"
    return submission.sender not in OWN_SENDERS and not (reading.kind == "click" and by_machine)


def first_consent_dates(held: Mapping[str, datetime], consents: Iterable[Consent]) -> dict[str, datetime]:
    """Return when the first yes to each purpose was given; one that waits for its confirmation does not count yet."""
    joined = dict(held)
    for new in consents:
        if new.state is ConsentState.GIVEN:
            joined[new.purpose] = min(new.at, joined.get(new.purpose, new.at))
    return joined


def join_orders(held: Mapping[str, Order], submission: Submission, orders: Iterable[Order]) -> dict[str, Order]:
    """Keep each order as last described; refunds only ever grow."""
    joined = dict(held)
    for new in orders:
        name = f"{submission.sender}:{submission.shop}:{new.id}"
        joined[name] = merge_order(joined.get(name), new)
    return joined


def merge_order(old: Order | None, new: Order) -> Order:
    """Return the later description with the refunds of both."""
    if old is None:
        return new
    refunds = dict(old.refunds)
    for refund_id, amount in new.refunds.items():
        refunds[refund_id] = max(amount, refunds.get(refund_id, amount))
    return max(old, new, key=rank_order).model_copy(update={"refunds": refunds})


def rank_order(order: Order) -> tuple[datetime, int, str]:
    """Order descriptions by the sender's own time; within one instant an order only moves on."""
    text = order.model_dump_json(exclude={"refunds"})
    return (order.updated_at, list(OrderState).index(order.state), text)


def join_refunds(held: Mapping[str, Refund], submission: Submission, refunds: Iterable[Refund]) -> dict[str, Refund]:
    """Add refunds by their id."""
    joined = dict(held)
    for new in refunds:
        name = f"{submission.sender}:{submission.shop}:{new.id}"
        joined[name] = max(joined.get(name, new), new, key=Refund.model_dump_json)
    return joined


def join_entries(profile: Profile, key: str, reading: Reading) -> dict[str, Entry]:
    """Add the entry of an event under the event's inbox key."""
    return profile.entries if reading.entry is None else {**profile.entries, key: reading.entry}


def join_mails(profile: Profile, reading: Reading) -> dict[str, MailNote]:
    """Move each mail forward through its states, never back; at one state keep the earlier time."""
    new = reading.mail
    if new is None:
        return profile.mails
    old = profile.mails.get(new.occasion, new)
    return {**profile.mails, new.occasion: max(old, new, key=rank_mail)}


def rank_mail(note: MailNote) -> tuple[int, float, str]:
    return (list(MailState).index(note.state), -note.at.timestamp(), note.model_dump_json())


def is_purchase(order: Order) -> bool:
    """Return whether an order counts as a purchase: it is paid or open, and no test."""
    return not order.test and order.state in (OrderState.PAID, OrderState.OPEN)


def add_identities(profile: Profile, names: Iterable[Identity]) -> Profile:
    """Return the profile with these names added, in a stable order, without links and orders."""
    lasting = (name for name in names if name.kind in ("id", "email", "phone"))
    known = {(name.kind, name.value): name for name in (*profile.identities, *lasting)}
    return profile.model_copy(update={"identities": tuple(known[pair] for pair in sorted(known))})
