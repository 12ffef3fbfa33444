"""What changed lately, as figures: each of the last SPAN days against the SPAN days before, with the difference.

A difference lies between -1 and 1. Of two counts it is (now - before) / (now + before): given how many there were in
all, those of now are binomial with a half where nothing changed (J. Przyborowski, H. Wilenski, Biometrika 31, 1940), so
Wilson's interval of their share tells. Of two shares it is Newcombe's; of two scores, the difference of their
intervals, halved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.numbers.figure import LEAST, Figure, Trend, judge_difference, make_share
from chalicelib.numbers.lately import BEFORE, NOW
from chalicelib.numbers.lens import REASONS, SOURCE, Lens
from chalicelib.numbers.scores import read_scores
from chalicelib.numbers.tally import Tally
from chalicelib.stats.intervals import Interval, bound_rate, subtract_interval

MOST_SHOWN = 3
SCORE, BACK, OF_SOURCE, OF_REASON = "score", "back", "source", "reason"
COUNTS = ("buyers", "first", "returning", "joined")
# Buyers are those who bought first and those who returned: of two counts the third follows, though it be small.
KINDS = {"first": "buyers", "returning": "buyers"}


@dataclass(frozen=True)
class Change:
    """One figure of now and of before. `option` is an option of a source or reason, or the question of a score.

    A count has its people alone. `difference` is None where there are too few people to compare.
    """

    name: str
    option: str
    now: Figure
    before: Figure
    difference: Interval | None

    @property
    def kind(self) -> str:
        """Return what else tells of the same: one figure of a kind stands in a letter."""
        return KINDS.get(self.name, self.name)

    @property
    def trend(self) -> Trend:
        return judge_difference(self.difference)

    @property
    def reach(self) -> float:
        """Return how far from nothing the difference may lie: the steadiest figure has the least."""
        return max(abs(self.difference.low), abs(self.difference.high)) if self.difference else 2.0

    @property
    def surety(self) -> float:
        """Return how far from nothing the difference lies at least; below 0 where nothing is inside."""
        return max(self.difference.low, -self.difference.high) if self.difference else -2.0


@dataclass(frozen=True)
class Digest:
    """What a short letter says: figures that changed, else the steadiest, at most MOST_SHOWN together.

    `compared` is how many figures had enough people.
    """

    changed: tuple[Change, ...]
    steady: tuple[Change, ...]
    compared: int


def choose_changes(changes: Iterable[Change]) -> Digest:
    """Return the figures that changed most surely, one of a kind, and beside them the steadiest."""
    known = [each for each in changes if each.difference is not None]
    moved = sorted((each for each in known if each.trend is not Trend.SAME), key=lambda each: -each.surety)
    changed = take_kinds(moved, set(), MOST_SHOWN)
    quiet = sorted((each for each in known if each.trend is Trend.SAME), key=lambda each: each.reach)
    steady = take_kinds(quiet, {each.kind for each in changed}, MOST_SHOWN - len(changed))
    return Digest(changed, steady, len(known))


def take_kinds(ranked: Iterable[Change], taken: set[str], most: int) -> tuple[Change, ...]:
    """Return the first figures, one of each kind: the options of one question move together."""
    found: dict[str, Change] = {}
    for each in ranked:
        if each.kind not in taken:
            found.setdefault(each.kind, each)
    return tuple(found.values())[:most]


def read_changes(tally: Tally, lens: Lens) -> list[Change]:
    """Return every figure that is compared."""
    return [
        *read_score(tally, lens),
        *(compare_counts(name, *(count_span(name, span, tally) for span in (NOW, BEFORE))) for name in COUNTS),
        compare_shares(BACK, "", *(read_back(span, tally) for span in (NOW, BEFORE))),
        *compare_options(OF_SOURCE, lens.options.get(SOURCE, ()), tally),
        *compare_options(OF_REASON, lens.options.get(REASONS, ()), tally),
    ]


def read_score(tally: Tally, lens: Lens) -> Iterator[Change]:
    """Yield the score of the question that most people answered, by its own longer spans."""
    for found in read_scores(tally, lens)[:1]:
        now, before = found.window.score, found.before.score
        difference = subtract_figures(now, before)
        yield Change(SCORE, found.question, now, before, difference.scale(0.5) if difference else None)


def count_span(name: str, span: str, tally: Tally) -> int:
    """Return the people of a span; those who return are the buyers who had bought before."""
    if name == "returning":
        return tally.count("lately", span, "buyers") - tally.count("lately", span, "first")
    return tally.count("lately", span, name)


def read_back(span: str, tally: Tally) -> Figure:
    """Return the share of those who bought first and came back soon."""
    people = tally.count("lately", span, "came")
    return make_share(tally.count("lately", span, "back"), people)


def compare_counts(name: str, now: int, before: int) -> Change:
    """Return a change of counts; it takes LEAST people in both spans together."""
    both = now + before
    difference = bound_rate(now, both).shift(-0.5).scale(2) if both >= LEAST else None
    return Change(name, "", Figure(people=now), Figure(people=before), difference)


def compare_options(name: str, options: Iterable[str], tally: Tally) -> Iterator[Change]:
    """Yield the change of each option's share."""
    told = {span: tally.counts("lately", span, name) for span in (NOW, BEFORE)}
    for option in options:
        shares = (make_share(told[span].get(option, 0), sum(told[span].values())) for span in (NOW, BEFORE))
        yield compare_shares(name, option, *shares)


def compare_shares(name: str, option: str, now: Figure, before: Figure) -> Change:
    return Change(name, option, now, before, subtract_figures(now, before))


def subtract_figures(now: Figure, before: Figure) -> Interval | None:
    """Return the difference of two figures; None where one has too few people."""
    if now.interval is None or before.interval is None:
        return None
    return subtract_interval(now.interval, before.interval)
