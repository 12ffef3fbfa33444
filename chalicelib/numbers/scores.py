"""Satisfaction as figures: the score of the last WINDOW days, its trend, and the score of each month and week."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from chalicelib.models import Model
from chalicelib.models.months import name_month, name_week
from chalicelib.numbers.figure import Figure, Trend, judge_difference, make_figure
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.satisfaction import BEFORE, IN_WINDOW, WINDOW, split_scores
from chalicelib.numbers.tally import Tally
from chalicelib.stats.intervals import subtract_interval
from chalicelib.stats.promoters import Scale, bound_score

MONTHS, WEEKS = 13, 13  # of the charts
WEEKS_OF_PERIOD = 5  # at most, in one month


class Point(Model):
    """The score of one period; `promoters` and `detractors` are people."""

    period: str
    score: Figure
    promoters: int
    detractors: int


class Satisfaction(Model):
    """One score question. Scores are differences of shares, from -1 to 1."""

    question: str
    least: int
    most: int
    window: Point
    before: Point
    trend: Trend
    months: tuple[Point, ...]
    weeks: tuple[Point, ...]
    counts: dict[str, int]


def read_scores(tally: Tally, lens: Lens) -> list[Satisfaction]:
    """Return every score question, one that is answered least at last."""
    found = [read_question(question, scale, tally, lens.now) for question, scale in lens.scales.items()]
    return sorted(found, key=lambda each: (-each.window.score.people, each.question))


def read_question(question: str, scale: Scale, tally: Tally, now: datetime) -> Satisfaction:
    """Return one score question."""
    told = {rest[0] for rest, _ in tally.below("score", question)} - {IN_WINDOW, BEFORE}
    window, before = (read_point(question, period, scale, tally) for period in (IN_WINDOW, BEFORE))
    both = window.score.interval, before.score.interval
    difference = subtract_interval(both[0], both[1]) if both[0] and both[1] else None
    return Satisfaction(
        question=question,
        least=scale.least,
        most=scale.most,
        window=window,
        before=before,
        trend=judge_difference(difference),
        months=tuple(read_point(question, each, scale, tally) for each in list_latest(told, now, name_month, MONTHS)),
        weeks=tuple(read_point(question, each, scale, tally) for each in list_latest(told, now, name_week, WEEKS)),
        counts=tally.counts("score", question, IN_WINDOW),
    )


def list_latest(told: Collection[str], now: datetime, name: Callable[[datetime], str], most: int) -> list[str]:
    """Return the latest months or weeks, oldest first, from the first in which somebody answered; none is left out."""
    periods = dict.fromkeys(name(now - timedelta(weeks=back)) for back in range(most * WEEKS_OF_PERIOD))
    latest = sorted(periods)[-most:]
    first = next((place for place, each in enumerate(latest) if each in told), most)
    return latest[first:]


def read_point(question: str, period: str, scale: Scale, tally: Tally) -> Point:
    """Return the score of one period."""
    counts = tally.counts("score", question, period)
    promoters, detractors, people = split_scores(counts, scale.promoter, scale.detractor)
    interval = bound_score(promoters, detractors, people) if people else None
    score = make_figure(people, interval, people * 7 / WINDOW)
    return Point(period=period, score=score, promoters=promoters, detractors=detractors)
