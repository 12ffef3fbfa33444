"""How an anonymous answer is kept: the parts of the transaction in which its inbox item ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from chalicelib.forms.anonymity import Anonymity, Answer
from chalicelib.models.months import name_week
from chalicelib.services import Services
from chalicelib.shop.retention import find_span
from chalicelib.store.parts import Part
from chalicelib.store.surveys import COUNTS
from chalicelib.surveys.boxes import SurveySeal, add_answer, choose_box
from chalicelib.surveys.tally import Votes

KEPT = "survey-boxes"  # the period in chalicelib/shop/retention.toml


def keep_answer(answer: Answer, services: Services, now: datetime) -> list[Part]:
    """Return the parts that keep one answer, which fail where another answer was faster."""
    if answer.grade is Anonymity.COUNTS_ONLY:
        return list(count_answer(answer, services))
    form, week, until = answer.form, name_week(now), end_week(now) + find_span(KEPT)
    seal = SurveySeal(form, week, services, until)
    changed = add_answer(answer.values, *choose_box(form, week, services), week, seal)
    return [*seal.parts, *(services.survey_rows.write_box(form, box, until) for box in changed)]


def count_answer(answer: Answer, services: Services) -> Iterator[Part]:
    """Yield the parts that count one answer; where another step of answers is full, a poll's result is shown."""
    rows, seal = services.survey_rows, SurveySeal(answer.form, COUNTS, services)
    row = rows.read_counts(answer.form)
    old = Votes.model_validate_json(seal.open_text(row)) if row else Votes()
    picked = {name: picks for name, picks in answer.values.items() if isinstance(picks, list)}
    new = old.add_picks({name: map(str, picks) for name, picks in picked.items()})
    yield from seal.parts
    yield rows.write_box(answer.form, seal.close_text(row, COUNTS, new.model_dump_json().encode()))
    if answer.poll and new.shown != old.shown:
        yield services.polls.write_shown(answer.form, new.shown.model_dump_json())


def end_week(moment: datetime) -> datetime:
    """Return when a moment's ISO week ends, in UTC."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=8 - day.isoweekday())
