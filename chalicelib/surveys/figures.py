"""What an anonymous survey found, as figures: nothing of fewer than K answers, and never one answer at a time.

no-link       a week's answers are in the figures once the week is over and, with earlier weeks that wait, there are K.
counts-only   the counts are those of the last full step of K answers.

A question that says something about a person (`personal`) has its small groups hidden, as in the numbers of customers.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from chalicelib.forms.anonymity import Anonymity
from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.picks import list_picks
from chalicelib.models import Model
from chalicelib.models.months import name_week
from chalicelib.numbers.crosses import show_row
from chalicelib.numbers.figure import Figure, make_figure, make_share
from chalicelib.numbers.satisfaction import split_scores
from chalicelib.services import Services
from chalicelib.stats.promoters import bound_score, find_scale
from chalicelib.stats.suppression import K
from chalicelib.store.surveys import read_week
from chalicelib.surveys.boxes import SurveySeal, Values, open_answers, open_counts
from chalicelib.surveys.tally import Tally


class Pick(Model):
    """One option of a question: how many picked it (None is hidden), and their share of those who answered."""

    value: str
    count: int | None
    share: Figure | None = None


class Question(Model):
    """One question that is counted. `score` is promoters less detractors, of a score from 0 or 1 to 10."""

    name: str
    answered: int
    picks: tuple[Pick, ...]
    score: Figure | None = None


class Survey(Model):
    """What one survey found. `texts` are the answers in words, sorted, so that their order tells nothing."""

    form: str
    grade: Anonymity
    people: int
    questions: tuple[Question, ...]
    texts: dict[str, tuple[str, ...]]


def read_survey(form: Form, services: Services, now: datetime) -> Survey:
    """Return the figures of an anonymous survey; raise ValueError for any other form."""
    grade = Anonymity(form.anonymous or "")
    answers = list_released(form, services, now) if grade is Anonymity.NO_LINK else []
    tally = add_up(form, answers) if grade is Anonymity.NO_LINK else open_counts(form.name, services).shown
    counted = [field for field in form.fields if list_options(field)]
    written = [field for field in form.fields if not list_options(field)]
    return Survey(
        form=form.name,
        grade=grade,
        people=tally.people,
        questions=tuple(read_question(field, tally) for field in counted),
        texts={
            field.name: tuple(sorted(str(each[field.name]) for each in answers if field.name in each))
            for field in written
        },
    )


def list_released(form: Form, services: Services, now: datetime) -> list[Values]:
    """Return the answers of weeks that are over, K at least at a time.

    DynamoDB removes the rows of a week that expired one after another: boxes whose key is gone are past reading.
    """
    released: list[Values] = []
    waiting: list[Values] = []
    keys, boxes = services.survey_rows.list_keys(form.name), services.survey_rows.list_boxes(form.name)
    for week, found in groupby(boxes, key=lambda box: read_week(box.name)):
        if week >= name_week(now):
            break
        if week not in keys:
            continue
        seal = SurveySeal(form.name, week, services, known=keys[week])
        waiting += [answer for box in found for answer in open_answers(box, seal)]
        if len(waiting) >= K:
            released.extend(waiting)
            waiting = []
    return released


def add_up(form: Form, answers: list[Values]) -> Tally:
    """Return what answers add up to."""
    tally = Tally()
    for answer in answers:
        picked = {field.name: list_picks(field.type, answer.get(field.name)) for field in form.fields}
        tally = tally.add_picks({name: picks for name, picks in picked.items() if picks})
    return tally


def read_question(field: Field, tally: Tally) -> Question:
    """Return one question of a tally."""
    options, answered = list_options(field), tally.count(field.name)
    counts = {option: tally.count(field.name, option) for option in options}
    if field.personal:
        shown = hide_small(field, counts, answered)
        return Question(name=field.name, answered=answered - answered % K, picks=shown)
    picks = tuple(Pick(value=option, count=n, share=make_share(n, answered)) for option, n in counts.items())
    return Question(name=field.name, answered=answered, picks=picks, score=read_score(field, counts, answered))


def hide_small(field: Field, counts: Mapping[str, int], answered: int) -> tuple[Pick, ...]:
    """Return the options with small groups hidden; where many may be picked, also those whom few did not pick."""
    if field.type == "choices":
        rows = [show_row([n, answered - n])[0] for n in counts.values()]
    else:
        rows = show_row(list(counts.values()))
    return tuple(Pick(value=option, count=n) for option, n in zip(counts, rows, strict=True))


def read_score(field: Field, counts: Mapping[str, int], answered: int) -> Figure | None:
    """Return promoters less detractors, or None for a question that has no such score."""
    scale = find_scale(field.bounds)
    if scale is None or field.type != "score":
        return None
    promoters, detractors, people = split_scores(counts, scale.promoter, scale.detractor)
    return make_figure(answered, bound_score(promoters, detractors, people) if people else None)


def list_options(field: Field) -> list[str]:
    """Return what can be picked in a question, or [] for one that is answered in words."""
    if field.type == "score":
        least, most = field.bounds
        return [str(number) for number in range(least, most + 1)]
    return [option.value for option in field.options]
