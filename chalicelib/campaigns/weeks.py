"""Mails counted by campaign, end and week: sums that can be made of some people at a time, in any order."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import Offer
from chalicelib.campaigns.simulation import Simulation
from chalicelib.models import MailState

WEEK = timedelta(days=7)
NO_END = Decimal("9999999999")
# Campaign: final state: mails in each week.
WeekCounts = dict[str, dict[str, list[int]]]


def free_budgets(campaigns: Iterable[Campaign]) -> tuple[Campaign, ...]:
    """Return the campaigns as if their budgets had no end: `limit_budgets` counts the end in, over everybody."""
    return tuple(each.model_copy(update={"offer": free_offer(each.offer)}) for each in campaigns)


def free_offer(offer: Offer | None) -> Offer | None:
    """Return an offer whose budget is never used up."""
    return offer.model_copy(update={"most_spent": NO_END}) if offer else None


def count_weeks(done: Simulation) -> WeekCounts:
    """Return a simulation's mails by campaign, state and week."""
    weeks = -(-done.days // 7)
    counts: WeekCounts = {name: {} for name in done.campaigns}
    for line in done.lines:
        counts[line.campaign].setdefault(line.state.value, [0] * weeks)[(line.at - done.start) // WEEK] += 1
    return counts


def add_counts(one: WeekCounts, other: WeekCounts) -> WeekCounts:
    """Return the sum of two counts."""
    sums: WeekCounts = {}
    for name in sorted({*one, *other}):
        states = one.get(name, {}), other.get(name, {})
        sums[name] = {
            state: add_lists(*(each.get(state, []) for each in states)) for state in {**states[0], **states[1]}
        }
    return sums


def add_lists(one: list[int], other: list[int]) -> list[int]:
    """Return the sums of two lists, one of which may be empty."""
    return [first + second for first, second in zip(one, other, strict=True)] if one and other else [*(one or other)]


def limit_budgets(counts: WeekCounts, campaigns: Iterable[Campaign], spent: Mapping[str, Decimal]) -> WeekCounts:
    """Return the counts with the mails of offers that no budget is left for, week by week, as over budget.

    A mail over budget takes no turn of a cap in a simulation of everybody at once; here it was counted as sent when the
    caps were asked. So other marketing mails may be a few more than these counts say.
    """
    offers = {each.name: each.offer for each in campaigns if each.offer}
    limited = {name: dict(states) for name, states in counts.items()}
    for name, states in limited.items():
        offer, sent = offers.get(name), states.get(MailState.SENT.value)
        if offer is None or sent is None:
            continue
        left = max(0, int((offer.most_spent - spent.get(name, Decimal(0))) // offer.expected_cost))
        kept = []
        for week in sent:
            kept.append(min(week, left))
            left -= kept[-1]
        over = [all_of - some for all_of, some in zip(sent, kept, strict=True)]
        states[MailState.SENT.value] = kept
        if any(over):
            states[MailState.OVER_BUDGET.value] = over
    return limited
