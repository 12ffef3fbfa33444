"""When everybody is walked over, and for what: each night at two by the shop's clock, and when it was asked for.

The scheduled function comes every hour. It goes on with a walk that was cut, begins one that is due, or does nothing.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.fold.consumer import Consumer
from chalicelib.fold.roster import RosterMaker
from chalicelib.fold.walk import walk_people
from chalicelib.models import utc_text
from chalicelib.services import Services

NIGHT = 2  # the hour at which a walk is due
LONGEST_RUN = 780  # seconds; the function has 900


def list_consumers(services: Services) -> Sequence[Consumer]:
    """Return all that is added up over everybody; each line here is one result."""
    from chalicelib.fold.needs import NeedFinder  # imported here: most runs of the function find nothing to do
    from chalicelib.numbers.counting import Counter

    return RosterMaker(services), NeedFinder(services), Counter(services)


def fold_people(services: Services, now: datetime) -> dict[str, int]:
    """Go on with a walk, or begin one that is due; return counts, none where nothing was to be done."""
    if not is_due(services, now):
        return {}
    return walk_people(services, list_consumers(services), now, time.monotonic() + LONGEST_RUN)


def is_due(services: Services, now: datetime) -> bool:
    """Return whether a walk is under way, was asked for since the latest began, or is due by the clock.

    One is due too where the list of names has no key: somebody was forgotten since it was made.
    """
    row = services.walks.read_row()
    if row.is_open or row.began_at < services.walks.read_asked() or not services.roster_rows.read_names().run:
        return True
    return row.began_at < utc_text(find_night(now, services.clock.time_zone))


def find_night(now: datetime, zone: str) -> datetime:
    """Return when a walk was due last, by the clock of a time zone."""
    local = now.astimezone(ZoneInfo(zone))
    night = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)
