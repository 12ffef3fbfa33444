"""A campaign's facts, sorted and counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from chalicelib.campaigns.definition import Campaign
from chalicelib.models import MailState
from chalicelib.report.comparison import Sample
from chalicelib.report.figures import Counts, Discount, Group, Mails
from chalicelib.store.facts import RETURN_WINDOW, Fact

# The strongest first: a late event of SES may prove sent a mail that was closed before.
ENDS = (
    MailState.SENT,
    MailState.HELD_OUT,
    MailState.REFUSED,
    MailState.PARKED,
    MailState.EXPIRED,
    MailState.CAPPED,
    MailState.OVER_BUDGET,
    MailState.SUPPRESSED,
)
COMPARED = (
    MailState.SENT,
    MailState.HELD_OUT,
)  # the ends whose returns count: a parked mail takes none from these
Money = dict[str, Decimal]


@dataclass(frozen=True)
class Tally:
    """Facts sorted: when what happened to which mail, how each mail ended, and its returns."""

    times: Mapping[str, Mapping[str, datetime]]
    ends: Mapping[str, MailState]
    returns: Mapping[str, tuple[Fact, ...]]

    def list_ended(self, state: MailState) -> list[str]:
        """Return the mails that ended in a state."""
        return sorted(mail_id for mail_id, end in self.ends.items() if end is state)

    def list_timely(self, mail_id: str) -> list[Fact]:
        """Return the orders placed within the window after a mail, with its code or without."""
        start = self.times[self.ends[mail_id].value][mail_id]
        return [fact for fact in self.returns.get(mail_id, ()) if start <= read_time(fact) <= start + RETURN_WINDOW]


def sort_facts(facts: Iterable[Fact]) -> Tally:
    """Sort facts by kind and mail."""
    times: dict[str, dict[str, datetime]] = defaultdict(dict)
    found: list[Fact] = []
    for fact in facts:
        if fact.kind == "returned":
            found.append(fact)
        else:
            times[fact.kind][fact.mail_id] = read_time(fact)
    ends = {mail_id: state for state in reversed(ENDS) for mail_id in times[state.value]}
    starts = {mail_id: times[state.value][mail_id] for mail_id, state in ends.items() if state in COMPARED}
    returns: dict[str, list[Fact]] = defaultdict(list)
    for fact in choose_returns(found, starts):
        returns[fact.mail_id].append(fact)
    return Tally(dict(times), ends, {mail_id: tuple(own) for mail_id, own in returns.items()})


def choose_returns(facts: Iterable[Fact], starts: Mapping[str, datetime]) -> Iterable[Fact]:
    """Return each order once: an order with facts of several mails counts for the latest mail before it."""
    chosen: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: rank_return(fact, starts)):
        chosen[fact.order] = fact
    return chosen.values()


def rank_return(fact: Fact, starts: Mapping[str, datetime]) -> tuple[bool, datetime, str]:
    """Order the mails of one order, the best last: sent before the order, then the latest."""
    start = starts.get(fact.mail_id, datetime.min.replace(tzinfo=UTC))
    return (start <= read_time(fact), start, fact.mail_id)


def count_ends(tally: Tally) -> Counts:
    """Count how each planned mail ended; no count is computed as the rest of a sum."""
    planned = set(tally.times.get("planned", ()))
    ends = {state.value: len(tally.list_ended(state)) for state in ENDS}
    return Counts(planned=len(planned), open=len(planned - set(tally.ends)), **ends)


def count_mails(tally: Tally) -> Mails:
    """Count the facts of the mails that were sent, each mail once per kind of fact."""
    sent = set(tally.list_ended(MailState.SENT))
    kinds = {"unsubscribed": "unsubscribe"}
    return Mails(**{name: len(sent & set(tally.times.get(kinds.get(name, name), ()))) for name in Mails.model_fields})


def count_group(tally: Tally, state: MailState, now: datetime) -> Group:
    """Count the people whose mail ended in a state, how many bought again, and what they spent."""
    people = tally.list_ended(state)
    returned = {mail_id: tally.returns[mail_id] for mail_id in people if mail_id in tally.returns}
    timely = {mail_id: orders for mail_id in returned if (orders := tally.list_timely(mail_id))}
    starts = tally.times.get(state.value, {})
    return Group(
        people=len(people),
        returned=len(returned),
        returned_in_time=len(timely),
        still_waiting=sum(starts[mail_id] + RETURN_WINDOW > now for mail_id in people),
        revenue=add_revenue(fact for orders in returned.values() for fact in orders),
        revenue_in_time=add_revenue(fact for orders in timely.values() for fact in orders),
    )


def draw_sample(tally: Tally, state: MailState) -> Sample:
    """Return a group for comparing, without orders outside the window: only the mailed have a code to use then."""
    people = tally.list_ended(state)
    timely = [orders for mail_id in people if (orders := tally.list_timely(mail_id))]
    spent: dict[str, list[Decimal]] = defaultdict(list)
    for orders in timely:
        for currency, amount in add_revenue(orders).items():
            spent[currency].append(amount)
    return Sample(people=len(people), returned=len(timely), spent=spent)


def add_revenue(orders: Iterable[Fact]) -> Money:
    """Add up the revenue of orders, by currency."""
    return add_numbers(orders, "revenue")


def add_numbers(orders: Iterable[Fact], name: str) -> Money:
    """Add up a number of orders by their currency; nothing is converted."""
    sums: Money = defaultdict(Decimal)
    for fact in orders:
        sums[fact.numbers["currency"]] += Decimal(fact.numbers[name])
    return dict(sorted(sums.items()))


def estimate_discount(campaign: Campaign, tally: Tally, *, timely: bool = False) -> Discount:
    """Return what the offer cost, by the orders that used its code: as the shop told it, or else estimated.

    `timely` leaves out the orders that are not compared with those of people held out.
    """
    sent = tally.list_ended(MailState.SENT)
    find = tally.list_timely if timely else lambda mail_id: [*tally.returns.get(mail_id, ())]
    orders = (fact for mail_id in sent for fact in find(mail_id))
    used = [fact for fact in orders if fact.numbers["by_code"] == "yes"]
    offer = campaign.offer
    if offer is None:
        return Discount(orders=len(used), given={}, kind="none")
    if used and all("taken" in fact.numbers for fact in used):
        return Discount(orders=len(used), given=add_numbers(used, "taken"), kind="told")
    if offer.amount is not None:
        return Discount(orders=len(used), given={offer.currency or "?": offer.amount * len(used)}, kind="amount")
    share = (offer.percent or Decimal(0)) / 100
    if share == 1:
        return Discount(orders=len(used), given={}, kind="unknown")
    cents = Decimal("0.01")
    given = {money: (paid * share / (1 - share)).quantize(cents) for money, paid in add_revenue(used).items()}
    return Discount(orders=len(used), given=given, kind="percent")


def read_time(fact: Fact) -> datetime:
    """Return when a fact happened, aware UTC."""
    return datetime.fromisoformat(fact.at)
