"""Computes the next days: which customer would get which mail and when, or why not. Nothing is sent or kept.

It takes the same occasions and verdicts as sending does, each at its due moment, from the budgets and suppressions of
now. Future events are unknown: no customer buys, answers or unsubscribes, and every mail arrives.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import AwareDatetime

from chalicelib.campaigns.agenda import Occasion, Verdict, judge_mail, list_occasions, next_due
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.needs import NO_DEMANDS, Demands
from chalicelib.campaigns.shop import ShopClock
from chalicelib.models import MailNote, MailState, Model, Profile


class Line(Model):
    """One mail that would be sent (SENT), or its other final state; a person is named by customer id alone."""

    at: AwareDatetime
    customer_id: str
    campaign: str
    occasion: str
    state: MailState
    reason: str


class Simulation(Model):
    """Every mail from `start` on, in order.

    `promised` is the money of each campaign's offers in `currency`, with the money promised before.
    """

    start: AwareDatetime
    days: int
    people: int
    currency: str
    campaigns: tuple[str, ...]
    lines: tuple[Line, ...]
    promised: dict[str, Decimal]

    def count_states(self, campaign: str) -> Counter[MailState]:
        """Return how many mails of a campaign end in each state."""
        return Counter(line.state for line in self.lines if line.campaign == campaign)

    def count_day(self, day: int) -> Counter[MailState]:
        """Return how many mails end in each state within the 24 hours after `day` days."""
        since = self.start + timedelta(days=day)
        until = since + timedelta(days=1)
        return Counter(line.state for line in self.lines if since <= line.at < until)


class Walk:
    """The state of a simulation: profiles gain mails, budgets shrink."""

    def __init__(
        self,
        campaigns: Iterable[Campaign],
        shop: ShopClock,
        spent: Mapping[str, Decimal],
        is_barred: Callable[[Profile, Campaign], bool],
        demands: Demands,
    ) -> None:
        """Begin with the money promised by now, and no people."""
        self.campaigns = {campaign.name: campaign for campaign in campaigns}
        self.shop = shop
        self.is_barred = is_barred
        self.demands = demands
        self.profiles: dict[str, Profile] = {}
        self.spent = defaultdict(Decimal, spent)  # offers alone
        self.queue: list[tuple[datetime, str]] = []

    def meet_person(self, profile: Profile, now: datetime) -> None:
        """Queue a person at their next due date; one without a due date is not kept."""
        due = next_due(profile, self.campaigns.values(), self.shop, now, self.demands)
        if due is not None:
            self.profiles[profile.customer_id] = profile
            heapq.heappush(self.queue, (due, profile.customer_id))

    def take_next(self) -> Line:
        """Decide the earliest mail, and queue its person at the next due date."""
        now, customer_id = heapq.heappop(self.queue)
        profile = self.profiles.pop(customer_id)
        ripe = list_occasions(profile, self.campaigns.values(), self.shop, now, self.demands)[0]
        line = self.decide_mail(profile, ripe, now)
        self.meet_person(add_note(profile, line, self.campaigns[line.campaign]), now)
        return line

    def decide_mail(self, profile: Profile, occasion: Occasion, now: datetime) -> Line:
        """Judge one mail, and promise its money."""
        campaign = self.campaigns[occasion.campaign]
        verdict = self.judge_mail(profile, campaign, occasion, now)
        sent = verdict.state is MailState.INTENT
        if sent and campaign.offer:
            self.spent[campaign.name] += campaign.offer.expected_cost
        return Line(
            at=now,
            customer_id=profile.customer_id,
            campaign=campaign.name,
            occasion=occasion.id,
            state=MailState.SENT if sent else verdict.state,
            reason=verdict.reason,
        )

    def judge_mail(self, profile: Profile, campaign: Campaign, occasion: Occasion, now: datetime) -> Verdict:
        """Judge as sending does: a suppressed address comes before everything else."""
        if self.is_barred(profile, campaign):
            return Verdict(state=MailState.SUPPRESSED, reason="the address is suppressed, or another customer's")
        spent = self.spent.get(campaign.name, Decimal(0))
        return judge_mail(profile, campaign, occasion, self.shop, now, spent)


def simulate_days(
    people: Iterable[Profile],
    campaigns: Iterable[Campaign],
    shop: ShopClock,
    start: datetime,
    days: int,
    *,
    spent: Mapping[str, Decimal] | None = None,
    is_barred: Callable[[Profile, Campaign], bool] = lambda profile, campaign: False,
    demands: Demands = NO_DEMANDS,
) -> Simulation:
    """Simulate `days` days from `start`; each step is one mail of one person, the earliest first.

    `spent` is the money that each campaign's offers promised before; `is_barred` returns whether a person may not be
    mailed; `demands` are what is known of products, which stays as it is.
    """
    walk = Walk(campaigns, shop, spent or {}, is_barred, demands)
    met = 0
    for profile in people:
        walk.meet_person(profile, start)
        met += 1
    lines = []
    end = start + timedelta(days=days)
    while walk.queue and walk.queue[0][0] < end:
        lines.append(walk.take_next())
    return Simulation(
        start=start,
        days=days,
        people=met,
        currency=shop.currency,
        campaigns=tuple(walk.campaigns),
        lines=tuple(lines),
        promised=dict(walk.spent),
    )


def add_note(profile: Profile, line: Line, campaign: Campaign) -> Profile:
    """Return the profile with the mail in it."""
    note = MailNote(
        campaign=line.campaign, occasion=line.occasion, state=line.state, at=line.at, marketing=campaign.is_marketing
    )
    return profile.model_copy(update={"mails": {**profile.mails, line.occasion: note}})
