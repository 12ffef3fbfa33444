"""Two customers who are one person: the profile of both, and the one order that both have a row of.

Every statement of both is kept, as if one customer had made them: the join is that of the fold (`people.profile`).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from chalicelib.models import HeldName, HeldValue, OrderMark, OrderRecord, OrderState, Profile, Totals, TypedCount
from chalicelib.people.answers import keep_answers
from chalicelib.people.bounds import add_counts
from chalicelib.people.consents import merge_consents, name_value, rank_value, read_field
from chalicelib.people.entries import keep_marks
from chalicelib.people.mail_notes import merge_notes
from chalicelib.people.orders import add_event, add_refund, add_totals, choose_latest, count_order, describe_order
from chalicelib.people.profile import choose_statements, list_values, place_latest
from chalicelib.people.referrals import merge_referrals
from chalicelib.shop.ages import join_ages

Choose = Callable[[Iterable[datetime]], datetime]


def join_profiles(customer_id: str, first: Profile, second: Profile) -> Profile:
    """Return the profile of two customers under a new id."""
    consents = [*first.outranked.values(), *first.consents.values(), *second.outranked.values()]
    heard = merge_consents({}, [*consents, *second.consents.values()])
    merged = Profile(
        customer_id=customer_id,
        ages=join_ages(first.ages, second.ages),
        joined=merge_dates(first.joined, second.joined),
        totals=add_totals(first.totals, second.totals),
        marks=keep_marks({**first.marks, **second.marks}),
        answers=keep_answers({**first.answers, **second.answers}),
        uncounted=first.uncounted or second.uncounted,
        withdrawn=merge_dates(first.withdrawn, second.withdrawn),
        sensitive=tuple(sorted({*first.sensitive, *second.sensitive})),
        mails=merge_notes(first.mails, second.mails),
        identities=merge_names(first.identities, second.identities),
        referrals=merge_referrals(first.referrals, second.referrals),
        former=tuple(sorted({first.customer_id, second.customer_id, *first.former, *second.former})),
        typed=add_typed(first.typed, second.typed),
        first_seen=choose_date(min, first.first_seen, second.first_seen),
        last_seen=choose_date(max, first.last_seen, second.last_seen),
        last_login=choose_date(max, first.last_login, second.last_login),
        clicked=choose_date(max, first.clicked, second.clicked),
        events=first.events + second.events,
    )
    latest = choose_latest(merge_latest(first.latest, second.latest))
    placed = place_latest(merged, latest, thin=first.thin or second.thin)
    return choose_statements(placed, heard, merge_values(first, second))


def merge_values(first: Profile, second: Profile) -> dict[str, HeldValue]:
    """Return the strongest statement of each field and mailbox.

    A detail that stands counts for both mailboxes, since staff say that they are one person's. A yes does not.
    """
    found: dict[str, HeldValue] = {}
    for key, held in (*list_standing(first), *list_standing(second)):
        name = name_value(read_field(key), held)
        found[name] = max(found.get(name, held), held, key=rank_value)
    return found


def list_standing(profile: Profile) -> list[tuple[str, HeldValue]]:
    """Return every statement of a field, those that stand without their mailbox."""
    freed = profile.model_copy(
        update={"fields": {name: held.model_copy(update={"under": ""}) for name, held in profile.fields.items()}}
    )
    return list_values(freed)


def merge_names(first: Iterable[HeldName], second: Iterable[HeldName]) -> tuple[HeldName, ...]:
    """Return the names of both; of one that both had, the one that lasts."""
    found = {(name.kind, name.value): name for name in sorted((*first, *second), key=lasts_longer)}
    return tuple(found[pair] for pair in sorted(found))


def lasts_longer(name: HeldName) -> tuple[bool, datetime]:
    """Rank names: a current one last, then the younger."""
    return (name.until is None, name.at)


def merge_latest(first: Mapping[str, OrderMark], second: Mapping[str, OrderMark]) -> dict[str, OrderMark]:
    """Return the marks of both; an order that moved away from one of them counts where it is."""
    here = {name: mark for name, mark in first.items() if mark.state is not OrderState.MOVED or name not in second}
    return {**second, **here}


def merge_dates(first: Mapping[str, datetime], second: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return the earlier date of each name."""
    return {name: min(each[name] for each in (first, second) if name in each) for name in {**first, **second}}


def choose_date(choose: Choose, *dates: datetime | None) -> datetime | None:
    """Return the date that `choose` picks of those that there are."""
    found = [date for date in dates if date is not None]
    return choose(found) if found else None


def add_typed(first: TypedCount | None, second: TypedCount | None) -> TypedCount | None:
    """Return the counts of both together."""
    return add_counts(first, second) if first and second else first or second


def join_order(first: OrderRecord, second: OrderRecord) -> OrderRecord:
    """Return the one record of an order that two customers have a row of; where it moved away it counts no more."""
    kept, other = (second, first) if moved_away(first) else (first, second)
    if other.order is not None and not moved_away(other):
        kept = describe_order(kept, other.order, other.under)
    for refund in other.refunds.values():
        kept = add_refund(kept, refund)
    for event in other.events:
        kept = add_event(kept, event)
    return kept


def moved_away(record: OrderRecord) -> bool:
    return record.order is None or record.order.state is OrderState.MOVED


def count_joined(totals: Totals, first: OrderRecord, second: OrderRecord) -> Totals:
    """Return totals that counted both rows of one order, with the order counted once."""
    both = add_totals(count_order(first), count_order(second))
    return add_totals(totals, count_order(join_order(first, second)), both)
