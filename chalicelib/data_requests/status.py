"""What the shop makes of a person, and which campaigns would write to them, by the rules of sending itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.campaigns.agenda import find_occasions, is_reachable, judge_mail, next_due
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.needs import Demands
from chalicelib.campaigns.shop import ShopClock
from chalicelib.data_requests.values import Row, dump_row, write_time
from chalicelib.models import MailState, Profile
from chalicelib.models.friend_codes import write_code
from chalicelib.numbers.learned import read_friends, read_shelf
from chalicelib.numbers.referrals import Friends, add_friends
from chalicelib.people.activity import judge_activity
from chalicelib.people.referrals import find_friend, list_codes, write_link
from chalicelib.people.restriction import is_restricted
from chalicelib.services import Services
from chalicelib.shop.referrals import find_referrals


@dataclass(frozen=True)
class Outlook:
    """What is the same for everybody: the campaigns that go on now, when products are needed again, friends by code."""

    going: tuple[Campaign, ...]
    demands: Demands
    friends: Mapping[str, Friends]


def read_outlook(services: Services) -> Outlook:
    """Return the outlook of this moment."""
    going = services.list_going()
    return Outlook(going, read_shelf(services, going).demands, read_friends(services))


def list_plans(profile: Profile, services: Services, now: datetime, outlook: Outlook) -> list[Row]:
    """Return for every campaign whether it would write, when and why, by the rules that sending itself goes by."""
    return [
        describe_plan(profile, campaign, services.clock, now, outlook.demands)
        if campaign in outlook.going
        else describe_stop(campaign)
        for campaign in services.campaigns
    ]


def describe_stop(campaign: Campaign) -> Row:
    """Return the plan of a campaign that staff stopped: it has none until they let it go on."""
    return {**name_plan(campaign), "because": "stopped by the shop"}


def name_plan(campaign: Campaign) -> Row:
    return {"campaign": campaign.name, "purpose": campaign.purpose, "writes": False, "at": None}


def describe_plan(profile: Profile, campaign: Campaign, clock: ShopClock, now: datetime, demands: Demands) -> Row:
    """Return what one campaign would do."""
    plan = name_plan(campaign)
    occasion = next(find_occasions(profile, campaign, clock, now, demands), None)
    if is_restricted(profile):
        return {**plan, "because": "data is restricted: kept, not used"}
    if not is_reachable(profile, campaign, now):
        return {**plan, "because": "no consent, no address, or too young"}
    if occasion is None:
        return {**plan, "because": "no reason to write, or not meant by it"}
    verdict = judge_mail(profile, campaign, occasion, clock, occasion.due_at)
    writes = verdict.state is MailState.INTENT
    return {**plan, "writes": writes, "at": write_time(occasion.due_at), "because": verdict.reason}


def describe_person(profile: Profile, services: Services, now: datetime, outlook: Outlook) -> Row:
    """Return what we make of a person: their status as a customer, and when they would next hear from us."""
    activity = judge_activity(profile, now, services.clock.quiet_days)
    due = next_due(profile, outlook.going, services.clock, now, outlook.demands)
    return {
        "customer_id": profile.customer_id,
        "events": profile.events,
        "first_seen": write_time(profile.first_seen),
        "last_seen": write_time(profile.last_seen),
        "last_login": write_time(profile.last_login),
        "clicked": write_time(profile.clicked),
        "last_purchase": write_time(profile.last_purchase),
        "status": activity.status.value,
        "status_because": activity.reason,
        "status_since": write_time(activity.since),
        "restricted": is_restricted(profile),
        "next_due": write_time(due),
        "ages": [dump_row(age) for age in profile.ages],
        "joined": {purpose: write_time(moment) for purpose, moment in profile.joined.items()},
        **describe_friends(profile, services, now, outlook),
        "written_at": write_time(now),
    }


def describe_friends(profile: Profile, services: Services, now: datetime, outlook: Outlook) -> Row:
    """Return the link that a person passes on, whom they brought by the latest count, and the code they came with.

    Nothing where the shop takes no codes of friends.
    """
    decided = find_referrals()
    if decided is None:
        return {}
    codes = list_codes(profile)
    found, friend = add_friends(outlook.friends, codes), find_friend(profile, now)
    return {
        "friend_link": write_link(services.settings.public_url, decided.form, codes[0]),
        "friends_came": found.came,
        "friends_credited": found.credited,
        "brought_by": write_code(friend.code) if friend else "",
    }
