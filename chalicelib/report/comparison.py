"""The mailed people compared with those held out: the effect of the mails that would not have happened without them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from typing import Literal

from pydantic import Field

from chalicelib.models import Model
from chalicelib.stats.intervals import Interval, bound_rate, bound_spending, need_people, subtract_interval

FEW = 10  # a group below this shows nothing, whatever its interval
LEAST = 0.01  # a difference below one in a hundred is not looked for ...
MOST = 0.05  # ... and one above five is not counted on: the first few people are mostly luck

Verdict = Literal["more", "fewer", "unclear", "nobody"]


@dataclass(frozen=True)
class Sample:
    """One group: how many people, how many bought again, and what each of these spent, by currency."""

    people: int
    returned: int
    spent: Mapping[str, Sequence[Decimal]]


class Gain(Model):
    """Revenue of the mailed less that of the held out, in one currency: per mailed person, and over all of them.

    `margin` is what stays of it over all of them once the goods are paid; None where the shop has not set its margin.
    """

    per_person: Interval
    over_all: Interval
    margin: Interval | None = None


class Comparison(Model):
    """What the mails changed, as 95 % intervals.

    Rates are shares of people. `returns` is the difference of the rates, `extra_returns` that times the people mailed.
    `gains` are by currency; one is missing where fewer than FEW people spent in it. `needed` says how many more people
    held out it may take until the verdict is no longer "unclear"; `needed_planned` how many people that is in all.
    """

    verdict: Verdict
    mailed_rate: Interval | None = None
    held_out_rate: Interval | None = None
    returns: Interval | None = None
    extra_returns: Interval | None = None
    gains: dict[str, Gain] = Field(default_factory=dict)
    needed: int = 0
    needed_planned: int = 0


def compare_groups(mailed: Sample, held_out: Sample) -> Comparison:
    """Compare two groups that were drawn at random."""
    if not mailed.people or not held_out.people:
        return Comparison(
            verdict="nobody",
            mailed_rate=bound_rate(mailed.returned, mailed.people) if mailed.people else None,
            held_out_rate=bound_rate(held_out.returned, held_out.people) if held_out.people else None,
        )
    rates = bound_rate(mailed.returned, mailed.people), bound_rate(held_out.returned, held_out.people)
    returns = subtract_interval(*rates)
    verdict = judge_returns(returns, min(mailed.people, held_out.people))
    needed, planned = estimate_need(mailed, held_out) if verdict == "unclear" else (0, 0)
    return Comparison(
        verdict=verdict,
        mailed_rate=rates[0],
        held_out_rate=rates[1],
        returns=returns,
        extra_returns=returns.scale(mailed.people),
        gains=compare_spending(mailed, held_out),
        needed=needed,
        needed_planned=planned,
    )


def judge_returns(returns: Interval, smallest: int) -> Verdict:
    """Return what the difference of the rates shows."""
    if smallest < FEW or returns.has_zero:
        return "unclear"
    return "more" if returns.value > 0 else "fewer"


def compare_spending(mailed: Sample, held_out: Sample) -> dict[str, Gain]:
    """Return the difference of revenue in each currency that enough people spent in."""
    gains: dict[str, Gain] = {}
    if min(mailed.people, held_out.people) < FEW:
        return gains
    for currency in sorted({*mailed.spent, *held_out.spent}):
        amounts = read_amounts(mailed, currency), read_amounts(held_out, currency)
        if len(amounts[0]) + len(amounts[1]) >= FEW:
            per_person = subtract_interval(*bound_spending(amounts, (mailed.people, held_out.people)))
            gains[currency] = Gain(per_person=per_person, over_all=per_person.scale(mailed.people))
    return gains


def add_margins(found: Comparison, percent: Decimal, given: Mapping[str, Decimal]) -> Comparison:
    """Return the comparison with the extra margin, `percent` being the shop's of a full price.

    `given` is the discount of the very orders compared. Goods cost their share of the full price, whatever was taken
    off it: of revenue R after a discount D stay R - (1 - m)(R + D), that is mR - (1 - m)D. Nobody held out has one.
    """
    share = float(percent) / 100
    gains = {
        currency: gain.model_copy(
            update={"margin": gain.over_all.scale(share).shift((share - 1) * float(given.get(currency, 0)))}
        )
        for currency, gain in found.gains.items()
    }
    return found.model_copy(update={"gains": gains})


def read_amounts(group: Sample, currency: str) -> list[float]:
    """Return what each person of a group spent in a currency, without those who spent nothing."""
    return [float(amount) for amount in group.spent.get(currency, ()) if amount > 0]


def estimate_need(mailed: Sample, held_out: Sample) -> tuple[int, int]:
    """Return how many more people held out, and planned in all, the comparison may need for a verdict.

    It takes the rates seen so far for true, one return and one miss added to each (Agresti and Caffo, 2000): else
    groups without any return would have no spread and need no people. Their difference is taken from LEAST to MOST.
    """
    ratio = mailed.people / held_out.people
    share, other = ((group.returned + 1) / (group.people + 2) for group in (mailed, held_out))
    total = need_people(share, other, ratio, min(max(abs(share - other), LEAST), MOST))
    more = round_up(max(total - held_out.people, FEW - held_out.people, (FEW - mailed.people) / ratio, 1))
    return more, round_up(more * (1 + ratio))


def round_up(count: float) -> int:
    """Round up to two digits: more would pretend to know."""
    step: int = 10 ** max(0, floor(log10(count)) - 1)
    return ceil(round(count / step, 9)) * step
