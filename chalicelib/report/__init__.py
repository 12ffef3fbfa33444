"""The report of a campaign: how each planned mail ended, what its mails did, and what they changed.

It reads facts alone, which name no person. A customer with two reasons was planned twice: a count of people here is a
count of reasons.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime

from chalicelib.campaigns.definition import Campaign
from chalicelib.models import MailState, Model
from chalicelib.report.comparison import Comparison, add_margins, compare_groups
from chalicelib.report.count import count_ends, count_group, count_mails, draw_sample, estimate_discount, sort_facts
from chalicelib.report.figures import Counts, Discount, Group, Mails
from chalicelib.report.words import explain_sum, write_headline, write_notes
from chalicelib.store.facts import RETURN_WINDOW, Fact


class Report(Model):
    """A campaign's report at one moment. Sentences are in English, like everything for the staff."""

    campaign: str
    made_at: AwareDatetime
    counts: Counts
    adds_up: bool
    sum_words: str
    mails: Mails
    mailed: Group
    held_out: Group
    discount: Discount
    comparison: Comparison
    headline: str
    notes: tuple[str, ...]


def build_report(campaign: Campaign, facts: Iterable[Fact], now: datetime, margin: Decimal | None = None) -> Report:
    """Return the report of one campaign; `facts` are its own, in any order, `margin` is the shop's, in percent."""
    tally = sort_facts(facts)
    counts = count_ends(tally)
    mailed, held_out = (count_group(tally, state, now) for state in (MailState.SENT, MailState.HELD_OUT))
    comparison = compare_groups(*(draw_sample(tally, state) for state in (MailState.SENT, MailState.HELD_OUT)))
    discount, compared = (estimate_discount(campaign, tally, timely=timely) for timely in (False, True))
    if margin is not None and compared.kind != "unknown":
        comparison = add_margins(comparison, margin, compared.given)
    return Report(
        campaign=campaign.name,
        made_at=now,
        counts=counts,
        adds_up=counts.total == counts.planned,
        sum_words=explain_sum(counts),
        mails=count_mails(tally),
        mailed=mailed,
        held_out=held_out,
        discount=discount,
        comparison=comparison,
        headline=write_headline(comparison, mailed, held_out, RETURN_WINDOW.days),
        notes=write_notes(counts, mailed, held_out, comparison, discount, RETURN_WINDOW.days),
    )
