"""The day's work in one piece: lists of ids and counts, by a bounded number of calls, opening no record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from chalicelib.models import utc_text
from chalicelib.services import Services
from chalicelib.store.day_counts import New
from chalicelib.store.inbox import InboxItem
from chalicelib.store.requests import RequestRow
from chalicelib.store.retention_counts import Kind
from chalicelib.today.alarms import Alarm, list_alarms, list_held_back
from chalicelib.today.handovers import Handover, list_handovers
from chalicelib.today.listed import COUNTED, SHOWN, Listed
from chalicelib.today.refusals import Refusal, list_refusals
from chalicelib.today.requests import list_staffs
from chalicelib.today.tills import QuietTill, list_quiet
from chalicelib.today.waiting import list_kinds

Pair = tuple[str, str, str]  # two customer ids, and the kind of name that both have


@dataclass(frozen=True)
class Reviews:
    """How many customers the next run of retention reviews, and what it has removed this month and last."""

    due: int
    capped: bool
    gone: Mapping[str, Mapping[Kind, int]]


@dataclass(frozen=True)
class DueMails:
    """How many customers have a mail due by the end of the shop's day; `capped` where there may be more."""

    due: int
    capped: bool


@dataclass(frozen=True)
class Work:
    """What waits for somebody today."""

    requests: Listed[RequestRow]
    handovers: Listed[Handover]
    waiting: Mapping[str, Listed[InboxItem]]
    pairs: Listed[Pair]
    reviews: Reviews
    alarms: tuple[Alarm, ...]
    tills: tuple[QuietTill, ...]
    refusals: tuple[Refusal, ...]
    mails: DueMails
    news: Mapping[New, int]


def gather_work(services: Services, now: datetime) -> Work:
    """Return the day's work."""
    return Work(
        list_staffs(services),
        list_handovers(services),
        list_kinds(services),
        list_pairs(services),
        count_reviews(services, now),
        (*list_alarms(services), *list_held_back(services, now)),
        list_quiet(services, now),
        list_refusals(services, now),
        count_mails(services, now),
        services.day_counts.read_day(now.astimezone(services.zone).date()),
    )


def list_pairs(services: Services) -> Listed[Pair]:
    """Return customers who may be one person, by one call."""
    found = list(services.identities.list_suggestions(COUNTED))
    return Listed(tuple(found[:SHOWN]), len(found), len(found) == COUNTED)


def count_reviews(services: Services, now: datetime) -> Reviews:
    """Count what `retire_data` has before it, by one call for each shard of its queue, and what it removed."""
    due = services.retention_queue.count_due(utc_text(now + timedelta(days=1)), COUNTED)
    last = now.replace(day=1) - timedelta(days=1)
    months = [utc_text(now)[:7], utc_text(last)[:7]]
    return Reviews(sum(due), COUNTED in due, services.retention_counts.read_months(months))


def count_mails(services: Services, now: datetime) -> DueMails:
    """Count the customers whose mail is due today; which campaign's it is, a sealed record alone says."""
    zone = services.zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    due = services.people_rows.count_due(datetime.combine(tomorrow, time(), zone), COUNTED)
    return DueMails(sum(due), COUNTED in due)
