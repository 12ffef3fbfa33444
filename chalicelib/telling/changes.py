"""What changed lately, in words: one text for each figure. A small count is not said."""

from chalicelib.numbers.changes import COUNTS, OF_REASON, OF_SOURCE, SCORE, Change
from chalicelib.numbers.figure import Trend
from chalicelib.numbers.lately import SPAN
from chalicelib.numbers.lens import REASONS, SOURCE
from chalicelib.numbers.satisfaction import WINDOW
from chalicelib.telling.sheet import Teller

LEAST_SAID = 5  # a count below tells too much of too few
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
    few = write.say.changes.few.format(least=write.write_count(LEAST_SAID))
    counts = {"now": change.now.people, "before": change.before.people}
    return {name: write.write_count(n) if n >= LEAST_SAID else few for name, n in counts.items()}


def write_shares(change: Change, teller: Teller) -> dict[str, str]:
    """Return two shares, or two scores, with the interval of the first; too few people have neither."""
    write, now, before = teller.write, change.now.interval, change.before.interval
    option = teller.labels.name_option(QUESTION.get(change.name, ""), change.option)
    say = write.write_score if change.name == SCORE else write.write_percent
    few, none = write.say.figure.no_share, write.say.figure.none
    return {
        "n": write.write_count(change.now.people),
        "option": option,
        "now": say(now.value) if now else few,
        "before": say(before.value) if before else few,
        "low": say(now.low) if now else none,
        "high": say(now.high) if now else none,
    }
