"""What changed lately, in words: one text for each figure. A small count is not said."""

from chalicelib.numbers.changes import COUNTS, OF_REASON, OF_SOURCE, SCORE, Change
from chalicelib.numbers.figure import Figure, Trend
from chalicelib.numbers.lately import SPAN
from chalicelib.numbers.lens import REASONS, SOURCE
from chalicelib.numbers.satisfaction import WINDOW
from chalicelib.stats.suppression import K
from chalicelib.telling.sheet import Teller

QUESTION = {OF_SOURCE: SOURCE, OF_REASON: REASONS}


def tell_change(change: Change, teller: Teller) -> str:
    """Return the figure of now and of before, and whether the difference is one."""
    say = teller.write.say.changes
    verdict = {Trend.UP: say.up, Trend.DOWN: say.down, Trend.SAME: say.same, Trend.UNKNOWN: ""}[change.trend]
    figures = write_counts(change, teller) if change.name in COUNTS else write_shares(change, teller)
    days = teller.write.write_count(WINDOW if change.name == SCORE else SPAN)
    return f"{getattr(say, change.name).format(days=days, **figures)} {verdict}".strip()


def write_counts(change: Change, teller: Teller) -> dict[str, str]:
    """Return the two counts of people, a small one as a bound."""
    write = teller.write
    few = write.say.changes.few.format(least=write.write_count(K))
    counts = {"now": change.now.people, "before": change.before.people}
    return {name: write.write_count(n) if n >= K else few for name, n in counts.items()}


def write_shares(change: Change, teller: Teller) -> dict[str, str]:
    """Return two shares, or two scores, with the interval of the first; too few people have neither.

    Of a share that fewer than K people make up, or all but fewer than K, only that is said.
    """
    write, now = teller.write, None if hides_few(change, change.now) else change.now.interval
    option = teller.labels.name_option(QUESTION.get(change.name, ""), change.option)
    say = write.write_score if change.name == SCORE else write.write_percent
    none = write.say.figure.none
    return {
        "n": write.write_count(change.now.people),
        "option": option,
        "now": write_value(change, change.now, teller),
        "before": write_value(change, change.before, teller),
        "low": say(now.low) if now else none,
        "high": say(now.high) if now else none,
    }


def write_value(change: Change, figure: Figure, teller: Teller) -> str:
    """Return a share or a score; few people are not told apart."""
    write = teller.write
    if figure.interval is None or hides_few(change, figure):
        return write.say.figure.no_share
    return (write.write_score if change.name == SCORE else write.write_percent)(figure.interval.value)


def hides_few(change: Change, figure: Figure) -> bool:
    """Return whether a share would tell a number of people from 1 to K - 1; a score tells of no number."""
    if change.name == SCORE or figure.interval is None:
        return False
    hits = round(figure.interval.value * figure.people)
    return 0 < min(hits, figure.people - hits) < K
