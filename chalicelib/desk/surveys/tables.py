"""The figures of an anonymous survey in the words of one language: a table for each question, and lists of texts."""

from dataclasses import dataclass
from decimal import Decimal

from chalicelib.desk.running.results import Writer
from chalicelib.desk.words import find_desk_words
from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.mails.language import find_mail_language
from chalicelib.numbers.figure import Figure
from chalicelib.pages.policy_page import AS_BEFORE, ISOLATE
from chalicelib.stats.intervals import Interval
from chalicelib.surveys.figures import Question, Survey


@dataclass(frozen=True)
class SurveyTable:
    """One question: its words, how many answered, its score, and rows of (option, count, share, interval)."""

    title: str
    answered: str
    score: str
    rows: list[tuple[str, str, str, str]]


def list_tables(form: Form, survey: Survey, language: str) -> list[SurveyTable]:
    """Return a table for each question that is counted."""
    writer = Writer(find_mail_language(language), find_desk_words(language).results)
    fields = {field.name: field for field in form.fields}
    return [tell_question(fields[each.name], each, writer, form.choose_language(language)) for each in survey.questions]


def tell_question(field: Field, question: Question, writer: Writer, spoken: str) -> SurveyTable:
    """Return one question in words."""
    say = find_desk_words(writer.tell.language).surveys
    labels = {option.value: option.label[spoken] for option in field.options}
    rows = [
        (
            labels.get(pick.value) or writer.write_count(int(pick.value)),
            say.hidden if pick.count is None else writer.write_count(pick.count),
            write_share(pick.share, pick.count, question.answered, writer),
            write_interval(pick.share, writer),
        )
        for pick in question.picks
    ]
    score = question.score.interval if question.score else None
    told = say.score.format(**tell_points(score, writer)) if score else ""
    return SurveyTable(field.label[spoken], writer.write_count(question.answered), told, rows)


def tell_points(score: Interval, writer: Writer) -> dict[str, str]:
    """Return a score and its bounds in points, each kept together: a Persian line would move the sign of a number."""
    points = {"number": score.value, "low": score.low, "high": score.high}
    return {name: f"{ISOLATE}{writer.write(value * 100)}{AS_BEFORE}" for name, value in points.items()}


def write_share(share: Figure | None, count: int | None, answered: int, writer: Writer) -> str:
    """Return the share of an option, or "" for a question that shows none."""
    return "" if share is None or not answered else writer.write_share(float(Decimal(count or 0) / answered))


def write_interval(share: Figure | None, writer: Writer) -> str:
    """Return the interval of a share, or "" where too few answered."""
    if share is None or share.interval is None:
        return ""
    low, high = writer.write_share(share.interval.low), writer.write_share(share.interval.high)
    return writer.say.between.format(low=low, high=high)


def list_texts(form: Form, survey: Survey, language: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return each question that is answered in words with its answers, where there are any."""
    spoken = form.choose_language(language)
    labels = {field.name: field.label[spoken] for field in form.fields}
    return [(labels[name], texts) for name, texts in survey.texts.items() if texts]
