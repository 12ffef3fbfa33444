"""Who comes back, as figures: statuses, and what became of those who were silent for so long."""

from chalicelib.models import Model
from chalicelib.numbers.activity import AGAIN, FIRST
from chalicelib.numbers.figure import Figure, make_figure
from chalicelib.numbers.tally import Tally
from chalicelib.people.activity import ActivityStatus
from chalicelib.stats.survival import estimate_return, find_median

SILENT = (30, 60, 90, 180)  # days of silence that the pages tell of
AHEAD = 90  # days in which they came back


class Silence(Model):
    """Of those who were silent for more than `days`: the share that came back within AHEAD days more."""

    days: int
    back: Figure


class Returning(Model):
    """What follows a first purchase (`first`) or a later one (`again`); `median` is in days, None where unknown."""

    which: str
    median: int | None
    silences: tuple[Silence, ...]


class Activity(Model):
    """`statuses` are people by status."""

    statuses: dict[str, int]
    returning: tuple[Returning, ...]


def read_activity(tally: Tally) -> Activity:
    """Return the statuses, and the returns."""
    statuses = {status.value: tally.count("status", status) for status in ActivityStatus}
    return Activity(statuses=statuses, returning=tuple(read_returning(which, tally) for which in (FIRST, AGAIN)))


def read_returning(which: str, tally: Tally) -> Returning:
    """Return what follows such a purchase."""
    ended, running = read_lengths(tally, "gap", which), read_lengths(tally, "silent", which)
    silences = []
    for days in SILENT:
        found = estimate_return(ended, running, silent=days, until=days + AHEAD)
        back = make_figure(found.people, found.share) if found else Figure(people=0)
        silences.append(Silence(days=days, back=back))
    return Returning(which=which, median=find_median(ended, running), silences=tuple(silences))


def read_lengths(tally: Tally, kind: str, which: str) -> dict[int, int]:
    """Return how many gaps or silences there are, by their length in days."""
    return {int(days): n for days, n in tally.counts(kind, which).items()}
