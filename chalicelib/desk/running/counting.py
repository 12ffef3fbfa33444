"""Counts the next 90 days, some customers a step, and makes tables of the counts. No step takes longer than a look."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from chalicelib.campaigns.weeks import WeekCounts, add_counts, limit_budgets
from chalicelib.crowd.page import open_page
from chalicelib.desk.request import DeskRequest
from chalicelib.outreach.forecast import Outlook, count_page, read_outlook, read_spent
from chalicelib.services import Services
from chalicelib.store.forecasts import Forecast
from chalicelib.strictjson import dump_json, parse_json

DAYS = 90
STEP = 1.5  # seconds; a step ends with the batch during which they are over
BATCH = 20  # customers


@dataclass(frozen=True)
class Table:
    """The weeks of one campaign: rows of words and counts, with the sums below."""

    campaign: str
    states: Sequence[str]
    rows: Sequence[tuple[datetime, Sequence[int]]]
    sums: Sequence[int]


def take_step(forecast: Forecast, request: DeskRequest) -> Forecast:
    """Meet the next customers and keep the counts; raise RaceLostError where another step was quicker, DefinitionError.

    The transaction asks whether the member still works here: a count goes on only for somebody who may open records.
    """
    services, until = request.services, time.monotonic() + STEP
    outlook, new = read_outlook(services), forecast
    while not new.over:
        new = meet_page(new, outlook, services)
        if time.monotonic() > until:
            break
    services.table.commit_parts([request.require_me(), services.forecasts.write_forecast(new)])
    return replace(new, version=new.version + 1)


def meet_page(forecast: Forecast, outlook: Outlook, services: Services) -> Forecast:
    """Return a count with the next page of customers in it."""
    ids, cursor = services.retention_queue.list_batch(forecast.cursor, BATCH)
    page = open_page(ids, services)
    found = count_page(page, outlook, services, datetime.fromisoformat(forecast.at), DAYS)
    return replace(
        forecast,
        cursor=cursor,
        met=forecast.met + len(ids),
        unread=forecast.unread + page.unread,
        counts=dump_json(add_counts(read_counts(forecast), found)).decode(),
        over=not cursor,
    )


def read_counts(forecast: Forecast) -> WeekCounts:
    """Return the counts of a row."""
    return cast(WeekCounts, parse_json(forecast.counts.encode()))


def list_tables(forecast: Forecast, request: DeskRequest) -> list[Table]:
    """Return the tables of a count that is over, within the budgets as they are now."""
    campaigns = request.services.campaigns
    counts = limit_budgets(read_counts(forecast), campaigns, read_spent(request.services, campaigns))
    start = datetime.fromisoformat(forecast.at)
    return [make_table(name, states, start) for name, states in sorted(counts.items()) if states]


def make_table(name: str, counts: dict[str, list[int]], start: datetime) -> Table:
    """Return one campaign's table, without weeks in which nothing would happen."""
    states = list(counts)
    weeks = list(zip(*counts.values(), strict=True))
    rows = [(start + timedelta(weeks=number), week) for number, week in enumerate(weeks) if any(week)]
    return Table(name, states, rows, [sum(counts[state]) for state in states])
