"""When a customer's next mail is due, and whether it may go now. Pure: nothing is read, nothing is sent.

    reason (raw moment) -> occasion (moved into the send window, good until `not_after`) -> verdict, when its time comes

An occasion is handled once the profile's mails have its id, whatever its outcome;
only a mail that SES was too busy for is still open.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from pydantic import AwareDatetime

from chalicelib.addresses import is_simulated
from chalicelib.campaigns.audience import fits_audience
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.holdout import draw_holdout
from chalicelib.campaigns.needs import NO_DEMANDS, Demands
from chalicelib.campaigns.reasons import Reason
from chalicelib.campaigns.shop import ShopClock  # callers take it from here
from chalicelib.campaigns.window import find_opening, find_zone
from chalicelib.groups.clauses import Gauge
from chalicelib.models import MailNote, MailState, Model, Profile
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.restriction import is_restricted
from chalicelib.shop.ages import is_minor

# The states in which a mail reached the person, or may have.
COUNTED = frozenset((MailState.INTENT, MailState.SENT, MailState.UNKNOWN, MailState.PARKED))
# The choices of the preferences page: at most one marketing mail in this time.
FREQUENCIES = {"weekly": timedelta(days=7), "monthly": timedelta(days=30), "quarterly": timedelta(days=91)}


class Occasion(Model):
    """One reason to write; its id never changes. Both times are UTC.

    `due_at` is the earliest moment in the send window that is neither before the reason nor past: for a late job it is
    in the next opening. `not_after` counts from the first opening, so it never moves. `source` is that of the reason:
    the key of an order or entry, or a fixed word.
    """

    campaign: str
    id: str
    due_at: AwareDatetime
    not_after: AwareDatetime
    reason: str
    source: str = ""


class Verdict(Model):
    """The decision about a mail: INTENT where it may be sent, else its final state, and the reason in words."""

    state: MailState
    reason: str


def list_occasions(
    profile: Profile, campaigns: Iterable[Campaign], shop: ShopClock, now: datetime, demands: Demands = NO_DEMANDS
) -> tuple[Occasion, ...]:
    """Return every occasion that is neither handled nor past, soonest first, future ones too.

    Without `demands` no customer needs a product again.

    Consent, caps and budgets are not asked here: see is_reachable and judge_mail.
    """
    found = (each for campaign in campaigns for each in find_occasions(profile, campaign, shop, now, demands))
    return tuple(sorted(found, key=lambda each: (each.due_at, each.id)))


def next_due(
    profile: Profile, campaigns: Iterable[Campaign], shop: ShopClock, now: datetime, demands: Demands = NO_DEMANDS
) -> datetime | None:
    """Return when a customer's first occasion is due, now at the earliest; None where no mail may be sent."""
    reachable = (campaign for campaign in campaigns if is_reachable(profile, campaign, now))
    firsts = (next(find_occasions(profile, campaign, shop, now, demands), None) for campaign in reachable)
    return min((first.due_at for first in firsts if first), default=None)


def find_occasions(
    profile: Profile, campaign: Campaign, shop: ShopClock, now: datetime, demands: Demands = NO_DEMANDS
) -> Iterator[Occasion]:
    """Yield the open occasions of one campaign, soonest first: a later reason never finds an earlier opening.

    Where time alone may move somebody into the audience, an occasion is due at the first opening at which it does.
    """
    moves = campaign.audience.moves
    if not moves and not fits_audience(profile, campaign.audience, Gauge(now, shop.quiet_days)):
        return
    zone = choose_zone(profile, shop)
    good = timedelta(days=campaign.good_for_days)
    soonest = move_opening(campaign, shop, zone, now)
    reasons = sorted(list_reasons(profile, campaign, zone, demands), key=lambda each: each.due)
    # Openings are in the order of their reasons, so the past ones come first, and few windows are computed.
    fresh = bisect_left(reasons, soonest - good, key=lambda each: move_opening(campaign, shop, zone, each.due))
    for reason in reasons[fresh:]:
        name = f"{campaign.name}:{reason.key}"
        if not is_handled(profile, name):
            first = move_opening(campaign, shop, zone, reason.due)
            due, end = max(first, soonest), first + good
            fitting = find_fitting(profile, campaign, shop, zone, due, end) if moves else due
            if fitting is not None:
                yield Occasion(
                    campaign=campaign.name,
                    id=name,
                    due_at=fitting,
                    not_after=end,
                    reason=reason.words,
                    source=reason.source,
                )


def find_fitting(
    profile: Profile, campaign: Campaign, shop: ShopClock, zone: tzinfo, due: datetime, end: datetime
) -> datetime | None:
    """Return the first opening from `due` to `end` at which a person is in the audience, looked for once a day."""
    while due <= end:
        if fits_audience(profile, campaign.audience, Gauge(due, shop.quiet_days)):
            return due
        due = move_opening(campaign, shop, zone, due + timedelta(days=1))
    return None


def list_reasons(profile: Profile, campaign: Campaign, zone: tzinfo, demands: Demands = NO_DEMANDS) -> Iterator[Reason]:
    """Yield every reason that a campaign finds in a profile, past ones too; `zone` is where a warranty's day ends."""
    return campaign.trigger.find(profile, campaign.when, campaign.purpose, zone, demands)


def is_handled(profile: Profile, occasion: str) -> bool:
    """Return whether an occasion has its mail; one that SES was too busy for is still open."""
    note = profile.mails.get(occasion)
    return note is not None and note.state is not MailState.THROTTLED


def open_window(profile: Profile, campaign: Campaign, shop: ShopClock, moment: datetime) -> datetime:
    """Return the earliest moment from this one on at which a mail of the campaign may be sent to the person; in UTC."""
    return move_opening(campaign, shop, choose_zone(profile, shop), moment)


def move_opening(campaign: Campaign, shop: ShopClock, zone: tzinfo, moment: datetime) -> datetime:
    """Like `open_window`, in a given time zone. Transactional mail waits for its own window only."""
    window = campaign.window or (shop.window if campaign.is_marketing else None)
    return find_opening(window, zone, moment) if window else moment.astimezone(UTC)


def choose_zone(profile: Profile, shop: ShopClock) -> tzinfo:
    """Return the person's time zone, else the shop's, else UTC."""
    return find_zone(profile.text("time_zone")) or find_zone(shop.time_zone) or UTC


def is_reachable(profile: Profile, campaign: Campaign, now: datetime) -> bool:
    """Return whether a customer has an address, and for marketing a confirmed consent to the purpose.

    No campaign of any kind reaches a child, a customer who restricted their data, or somebody of a smoke test.
    """
    address = read_mailbox(profile)
    if not address or is_simulated(address) or is_minor(profile.ages, now) or is_restricted(profile):
        return False
    return not campaign.is_marketing or profile.has_consent(campaign.purpose)


def is_capped(profile: Profile, shop: ShopClock, now: datetime) -> bool:
    """Return whether a customer recently had as much marketing mail as the shop allows, or as they asked for."""
    mailed = [note.at for note in list_counted(profile) if note.marketing]
    since = now - timedelta(days=shop.cap.days)
    if sum(moment > since for moment in mailed) >= shop.cap.mails:
        return True
    wished = FREQUENCIES.get(profile.text("frequency"))
    return wished is not None and any(moment > now - wished for moment in mailed)


def is_cooling(profile: Profile, campaign: Campaign, now: datetime) -> bool:
    """Return whether a customer had a mail of this campaign within its cooldown."""
    since = now - timedelta(days=campaign.cooldown_days)
    own = (note for note in list_counted(profile) if note.campaign == campaign.name)
    return campaign.cooldown_days > 0 and any(note.at > since for note in own)


def list_counted(profile: Profile) -> Iterator[MailNote]:
    """Yield the mails that reached a person, or may have."""
    return (note for note in profile.mails.values() if note.state in COUNTED)


def judge_mail(
    profile: Profile,
    campaign: Campaign,
    occasion: Occasion,
    shop: ShopClock,
    now: datetime,
    spent: Decimal = Decimal(0),
) -> Verdict:
    """Return the decision about a due occasion; `spent` is the money that the campaign's offers have promised so far.

    The holdout comes before the caps: it must not depend on mails that only the other customers got.
    """
    if now > occasion.not_after:
        return Verdict(state=MailState.EXPIRED, reason="its time passed")
    if not is_reachable(profile, campaign, now):
        return Verdict(state=MailState.SUPPRESSED, reason=f"no consent to {campaign.purpose}, or no address")
    if draw_holdout(profile.customer_id, campaign):
        return Verdict(state=MailState.HELD_OUT, reason=f"held out, as {campaign.holdout_share:.0%} are")
    return judge_limits(profile, campaign, occasion, shop, now, spent)


def judge_limits(
    profile: Profile, campaign: Campaign, occasion: Occasion, shop: ShopClock, now: datetime, spent: Decimal
) -> Verdict:
    """Return the decision about an occasion that only caps and budgets can still stop."""
    if is_cooling(profile, campaign, now):
        words = f"had this campaign's mail within {campaign.cooldown_days} days"
        return Verdict(state=MailState.CAPPED, reason=words)
    if campaign.is_marketing and is_capped(profile, shop, now):
        words = f"had {shop.cap.mails} marketing mails within {shop.cap.days} days"
        return Verdict(state=MailState.CAPPED, reason=words)
    if campaign.offer and not campaign.offer.is_affordable(spent):
        words = f"the budget of {campaign.offer.most_spent} {shop.currency} is promised"
        return Verdict(state=MailState.OVER_BUDGET, reason=words)
    return Verdict(state=MailState.INTENT, reason=occasion.reason)
