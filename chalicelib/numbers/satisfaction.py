"""Satisfaction: the scores that people gave, each person's latest in the window, in each month and in each week.

    score/<question>/<period>/<score>    people whose latest answer of the period has that score

A period is `window` (the last WINDOW days), `before` (as many days before these), a month (`2026-11`) or an ISO week
(`2026-W48`), in UTC.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from chalicelib.models import AnswerMark, Profile
from chalicelib.models.months import name_month, name_week
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, make_key
from chalicelib.people.answers import list_answers

WINDOW = 90  # days
IN_WINDOW, BEFORE = "window", "before"


def count_scores(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's scores add."""
    answers = [each for each in list_answers(profile) if each.at <= lens.now]
    for question, scale in lens.scales.items():
        latest: dict[str, int] = {}
        for answer in answers:
            score = answer.values.get(question)
            if isinstance(score, int) and scale.least <= score <= scale.most:
                latest.update(dict.fromkeys(name_periods(answer, lens.now), score))
        for period, score in latest.items():
            yield make_key("score", question, period, str(score)), 1


def name_periods(answer: AnswerMark, now: datetime) -> Iterator[str]:
    """Yield the periods in which an answer counts."""
    if answer.at > now - timedelta(days=WINDOW):
        yield IN_WINDOW
    elif answer.at > now - timedelta(days=2 * WINDOW):
        yield BEFORE
    yield name_month(answer.at)
    yield name_week(answer.at)


def split_scores(counts: Mapping[str, int], promoter: int, detractor: int) -> tuple[int, int, int]:
    """Return how many promote, how many detract, and how many answered."""
    scores = {int(score): n for score, n in counts.items()}
    promoters = sum(n for score, n in scores.items() if score >= promoter)
    return promoters, sum(n for score, n in scores.items() if score <= detractor), sum(scores.values())
