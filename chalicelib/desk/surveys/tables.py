"""The figures of an anonymous survey in the words of one language: a table for each question, and lists of texts."""

from dataclasses import dataclass

from chalicelib.desk.words import find_desk_words
from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.numbers.figure import Figure
from chalicelib.surveys.figures import Pick, Question, Survey
from chalicelib.telling.writer import NumberWriter, find_writer


@dataclass(frozen=True)
class SurveyTable:
    """One question: its words, how many answered, its score, and rows of (option, count, share with its interval)."""

    title: str
    answered: str
    score: str
    rows: list[tuple[str, str, str]]


def list_tables(form: Form, survey: Survey, language: str) -> list[SurveyTable]:
    """Return a table for each question that is counted."""
    writer, fields = find_writer(language), {field.name: field for field in form.fields}
    return [tell_question(fields[each.name], each, writer, form.choose_language(language)) for each in survey.questions]


def tell_question(field: Field, question: Question, writer: NumberWriter, spoken: str) -> SurveyTable:
    """Return one question in words."""
    labels = {option.value: option.label[spoken] for option in field.options}
    rows = [
        (
            labels.get(pick.value) or writer.write_count(int(pick.value)),
            writer.say.figure.hidden if pick.count is None else writer.write_count(pick.count),
            tell_share(pick, question.answered, writer),
        )
        for pick in question.picks
    ]
    told = tell_score(question.score, writer) if question.score else ""
    return SurveyTable(field.label[spoken], writer.write_count(question.answered), told, rows)


def tell_share(pick: Pick, answered: int, writer: NumberWriter) -> str:
    """Return the share of an option with its interval; the share alone where too few answered for an interval.

    A question that hides its small groups shows none.
    """
    if pick.share is None or pick.count is None or not answered:
        return ""
    return writer.write_range(pick.share) if pick.share.interval else writer.write_percent(pick.count / answered)


def tell_score(score: Figure, writer: NumberWriter) -> str:
    """Return promoters less detractors in points of a hundred, "" where too few answered."""
    if score.interval is None:
        return ""
    points = {"number": score.interval.value, "low": score.interval.low, "high": score.interval.high}
    say = find_desk_words(writer.tell.language).surveys
    return say.score.format(**{name: writer.write_score(value) for name, value in points.items()})


def list_texts(form: Form, survey: Survey, language: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return each question that is answered in words with its answers, where there are any."""
    spoken = form.choose_language(language)
    labels = {field.name: field.label[spoken] for field in form.fields}
    return [(labels[name], texts) for name, texts in survey.texts.items() if texts]
