"""The figures of a report in sentences for a shopkeeper, who need not know statistics."""

from collections.abc import Iterator

from chalicelib.report.comparison import FEW, LEAST, Comparison
from chalicelib.report.figures import Counts, Discount, Group
from chalicelib.stats.intervals import Interval

# What the planned must add up to, in the order in which a reader asks.
END_WORDS = {
    "sent": "sent",
    "held_out": "held out",
    "capped": "capped",
    "over_budget": "over budget",
    "suppressed": "suppressed",
    "expired": "expired",
    "refused": "refused",
    "parked": "parked",
    "open": "still open",
}
DISCOUNT_WORDS = {
    "none": "There is no offer, so no discount was given.",
    "told": "Discount: as the shop's own orders tell it.",
    "amount": "Discount: the offer's amount for each order with its code.",
    "percent": "Discount: estimated from what was paid for orders with the code, as if the offer's percentage was all "
    "that was taken off, from all of it.",
    "unknown": "Discount: with 100 % off, what was paid does not tell what was given.",
}
MARGIN_WORDS = {
    True: "margin is what stays when the goods are paid, by the shop's margin, and the discount estimated.",
    False: "what the goods cost the shop is not known here.",
}


def explain_sum(counts: Counts) -> str:
    """Return a sentence on whether the ends add up to the number planned, or by how much they do not."""
    ends = [(getattr(counts, name), word) for name, word in END_WORDS.items()]
    parts = " + ".join(f"{count:,} {word}" for count, word in ends if count) or "0"
    if counts.total == counts.planned:
        return f"{counts.planned:,} planned = {parts}: it adds up."
    return (
        f"{counts.planned:,} planned, but {parts}, which is {counts.total - counts.planned:,} more. Who was planned "
        "while this was being read looks like that: make the report again. If it stays, something was counted that was "
        "never planned."
    )


def write_headline(comparison: Comparison, mailed: Group, held_out: Group, days: int) -> str:
    """Return one sentence on whether the mails made more people buy again."""
    if comparison.verdict == "nobody" or comparison.returns is None:
        missing = "nobody is held out" if mailed.people else "nobody was mailed yet"
        return f"Cannot tell: {missing}, so there is nothing to measure against."
    if comparison.verdict == "unclear":
        return (
            f"Cannot tell yet ({held_out.people:,} held out; needs about {comparison.needed:,} more held out, that is "
            f"{comparison.needed_planned:,} more people in all)."
        )
    gain = comparison.returns
    low, high = sorted((abs(gain.low), abs(gain.high)))
    return (
        f"Of 100 people mailed, {abs(gain.value) * 100:.1f} {comparison.verdict} bought within {days} days than "
        f"without the mail (95 % interval: {low * 100:.1f} to {high * 100:.1f})."
    )


def write_notes(
    counts: Counts, mailed: Group, held_out: Group, comparison: Comparison, discount: Discount, days: int
) -> tuple[str, ...]:
    """Return the sentences that a reader of the figures needs."""
    return (
        *explain_smallness(mailed, held_out, comparison),
        *explain_fairness(counts, mailed, held_out, days),
        *explain_money(mailed, held_out, comparison),
        *([DISCOUNT_WORDS[discount.kind]] if discount.orders or discount.kind == "none" else []),
    )


def explain_smallness(mailed: Group, held_out: Group, comparison: Comparison) -> Iterator[str]:
    """Yield a sentence where a group is too small, or shows no difference."""
    for word, group in (("mailed", mailed), ("held out", held_out)):
        if 0 < group.people < FEW:
            yield f"Only {group.people} {word}: fewer than {FEW} say nothing, whatever the figures look like."
    gap = comparison.returns
    if comparison.verdict == "unclear" and gap is not None and abs(gap.value) < LEAST:
        yield "Hardly any difference so far: the number needed is for telling one person in a hundred."


def explain_fairness(counts: Counts, mailed: Group, held_out: Group, days: int) -> Iterator[str]:
    """Yield a sentence on each thing that the comparison does not know or leaves out."""
    if mailed.still_waiting or held_out.still_waiting:
        yield (
            f"The {days} days to come back are not over yet for {mailed.still_waiting:,} of the mailed and "
            f"{held_out.still_waiting:,} of those held out."
        )
    unmailed = counts.capped + counts.over_budget + counts.refused + counts.parked
    if unmailed and held_out.people:
        yield (
            f"{unmailed:,} were to be mailed and were not (capped, over budget, refused or parked). The comparison "
            "leaves them out, while their like are among those held out: the more they are, the less fair it is."
        )
    if late := mailed.returned - mailed.returned_in_time:
        yield (
            f"{late:,} of the mailed came back with their code after more than {days} days. They count as returned, "
            "but not in the comparison, since nobody held out has a code."
        )


def explain_money(mailed: Group, held_out: Group, comparison: Comparison) -> Iterator[str]:
    """Yield sentences on what the mails earned in each currency, and on what is not included."""
    currencies = sorted({*mailed.revenue, *held_out.revenue})
    if len(currencies) > 1:
        yield f"There are orders in {', '.join(currencies)}; nothing is converted."
    for currency, gain in comparison.gains.items():
        unsure = " Cannot tell yet whether the mails earned anything." if gain.over_all.has_zero else ""
        yield f"Extra revenue of all mailed: {write_interval(gain.over_all, currency)}.{unsure}"
        if gain.margin is not None:
            yield f"Extra margin of all mailed: {write_interval(gain.margin, currency)}. {judge_margin(gain.margin)}"
    if comparison.gains:
        known = all(gain.margin is not None for gain in comparison.gains.values())
        yield f"Revenue is what was paid, discounts taken off; {MARGIN_WORDS[known]}"


def write_interval(money: Interval, currency: str) -> str:
    """Return an amount with its 95 % interval."""
    low, value, high = (f"{amount:,.2f} {currency}" for amount in (money.low, money.value, money.high))
    return f"{value} (95 % interval: {low} to {high})"


def judge_margin(margin: Interval) -> str:
    """Return a sentence on whether the mails earned more than the goods and the discount cost."""
    if margin.has_zero:
        return "Cannot tell yet whether the mails paid."
    return "The mails paid." if margin.low > 0 else "The mails cost more than they brought."
