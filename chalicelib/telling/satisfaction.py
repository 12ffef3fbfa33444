"""Satisfaction in words: the score, its trend, the score of each month."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.models.months import name_month, name_week
from chalicelib.numbers.figure import LEAST, Trend
from chalicelib.numbers.numbers import Numbers
from chalicelib.numbers.satisfaction import WINDOW
from chalicelib.numbers.scores import Point as ScorePoint
from chalicelib.numbers.scores import Satisfaction
from chalicelib.telling.sheet import Chart, Grid, Line, Point, Section, Sheet, Teller, draw_line, join_told, make_cells

NAME = "satisfaction"
TICKS = (-100, -50, 0, 50, 100)


def tell_satisfaction(numbers: Numbers, teller: Teller) -> Sheet:
    """Return the sheet of satisfaction."""
    found = numbers.satisfaction
    lead = " ".join(tell_window(found[0], teller)) if found else teller.write.say.figure.nobody
    return Sheet(
        NAME,
        teller.write.say.titles[NAME],
        lead,
        [make_section(each, numbers.counted_at, teller) for each in found],
        [line for each in found for line in list_lines(each, teller)],
    )


def tell_window(found: Satisfaction, teller: Teller) -> Iterator[str]:
    """Yield what the last WINDOW days say, and whether it differs from the days before."""
    write, say, figure = teller.write, teller.write.say.scores, found.window.score
    if figure.interval is None:
        yield write.tell_few(figure)
        return
    counts = {"days": WINDOW, "n": figure.people, "promoters": found.window.promoters}
    counts |= {"detractors": found.window.detractors}
    scores = {name: write.write_score(getattr(figure.interval, name)) for name in ("value", "low", "high")}
    yield say.window.format(**{name: write.write_count(count) for name, count in counts.items()}, **scores)
    pattern = {Trend.UP: say.up, Trend.DOWN: say.down, Trend.SAME: say.same}.get(found.trend)
    if pattern is not None:
        yield pattern.format(days=write.write_count(WINDOW), before=write_range(found.before, teller))


def write_range(point: ScorePoint, teller: Teller) -> str:
    """Return a score with its interval, or the word for too few."""
    write, interval = teller.write, point.score.interval
    if interval is None:
        return write.say.figure.no_share
    scores = {name: write.write_score(getattr(interval, name)) for name in ("value", "low", "high")}
    return write.say.figure.range.format(**scores)


def make_section(found: Satisfaction, now: datetime, teller: Teller) -> Section:
    """Return the part of one question; the month and the week of `now` are not over."""
    last, week = name_month(now), name_week(now)
    write, say = teller.write, teller.write.say
    least = {"least": write.write_count(LEAST)}
    months = [(tell_period(each.period, last, teller), each) for each in found.months]
    points = [make_point(each, last, teller) for each in found.months]
    chart = None
    if any(each.score.interval for each in found.months):
        spoken = join_told(f"{word}: {write_range(each, teller)}" for word, each in months)
        ticks = [(place_score(tick / 100), write.write_score(tick / 100)) for tick in TICKS]
        chart = Chart("points", say.scores.months, spoken, points, ticks)
    weeks = [(tell_period(each.period, week, teller), each) for each in found.weeks]
    tables = (make_periods(say.scores.months, months, teller), make_periods(say.scores.weeks, weeks, teller))
    grids = [grid for grid in (*tables, make_counts(found, teller)) if grid.rows]
    hints = [say.figure.hint, say.scores.months_hint.format(**least)] if chart else []
    hints += [say.figure.not_over] if chart and points[-1].is_open else []
    return Section(
        teller.labels.name_question(found.question), tuple(tell_window(found, teller)), chart, hints, tuple(grids)
    )


def tell_period(period: str, last: str, teller: Teller) -> str:
    """Return a month or a week in words, and that it is not over where it is the last one."""
    word = teller.write.write_week(period) if "W" in period else teller.write.write_month(period)
    return teller.write.mark_open(word, period == last)


def make_point(point: ScorePoint, last: str, teller: Teller) -> Point:
    """Return a month of the chart."""
    found, word, is_open = point.score.interval, teller.write.write_month(point.period), point.period == last
    if found is None:
        return Point(word, is_open)
    return Point(word, is_open, *(place_score(each) for each in (found.value, found.low, found.high)))


def place_score(score: float) -> float:
    """Return where a score from -1 to 1 stands."""
    return (score + 1) / 2


def make_periods(caption: str, periods: list[tuple[str, ScorePoint]], teller: Teller) -> Grid:
    """Return months or weeks as a table."""
    say, count = teller.write.say, teller.write.write_count
    columns = [say.columns[name] for name in ("score", "people", "promoters", "detractors")]
    rows = []
    for word, each in periods:
        counts = (each.score.people, each.promoters, each.detractors)
        rows.append((word, make_cells([write_range(each, teller), *(count(n) for n in counts)])))
    return Grid(caption, columns, rows)


def make_counts(found: Satisfaction, teller: Teller) -> Grid:
    """Return how many people gave which score."""
    say, count = teller.write.say, teller.write.write_count
    scores = sorted(((int(score), n) for score, n in found.counts.items()), reverse=True)
    rows = [(count(score), make_cells([count(n)])) for score, n in scores]
    return Grid(say.scores.counts.format(days=count(WINDOW)), [say.columns["people"]], rows)


def list_lines(found: Satisfaction, teller: Teller) -> Iterator[Line]:
    """Yield the figures of one question."""
    yield draw_line(f"{found.question}/window", found.window.score, " ".join(tell_window(found, teller)))
    yield draw_line(f"{found.question}/before", found.before.score)
    for each in (*found.months, *found.weeks):
        yield draw_line(f"{found.question}/{each.period}", each.score)
