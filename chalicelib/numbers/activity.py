"""Who is active, at risk, inactive; how long people stay away between purchases, and how long they do now.

    status/<status>                  people (`people/activity.py`)
    gap/<which>/<days>               gaps between two purchase days that follow each other
    silent/<which>/<days>            silences that still run, since the last purchase

`<which>` is `first` for what follows a first purchase, else `again`. Gaps are those between the latest orders.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from chalicelib.models import Profile
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, make_key
from chalicelib.people.activity import judge_activity, list_purchases
from chalicelib.people.orders import LATEST

FIRST, AGAIN = "first", "again"


def count_activity(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's purchases add."""
    yield make_key("status", judge_activity(profile, lens.now, lens.quiet_days).status), 1
    days = list_days(profile, lens.today)
    if not days:
        return
    whole = len(profile.latest) < LATEST  # else the first purchase may not be among the latest orders
    for place, (earlier, later) in enumerate(pairwise(days)):
        yield make_key("gap", FIRST if whole and place == 0 else AGAIN, str((later - earlier).days)), 1
    which = FIRST if whole and len(days) == 1 else AGAIN
    yield make_key("silent", which, str((lens.today - days[-1]).days)), 1


def list_days(profile: Profile, today: date) -> list[date]:
    """Return the days (UTC) on which a person bought, among their latest orders, each once."""
    return sorted({day for each in list_purchases(profile) if (day := each.date()) <= today})
