"""Answers to surveys as a profile keeps them for the figures: the latest ones, their scores and chosen options.

A value is told by its shape alone: a whole number up to 1,000, or a word without spaces of at most 40 Latin letters,
digits and `_.+-`, as forms write their options. So a free answer of one such word ("Great") is kept too; a longer one,
or one in another script, is not. The figures read a value only where the form's question has options or a scale.
"""

import re
from collections.abc import Iterable, Mapping

from chalicelib.models import AnswerMark, Entry, EntryRecord, JsonValue, Profile

SURVEYS = ("survey", "response", "sign-up")  # kinds of entries that answer questions; a call is a sign-up with answers
MOST_ANSWERS = 24  # of one person: two years of one a month
MOST_VALUES = 20  # of one answer
OPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}")  # as definitions of forms write the value of an option
LARGEST = 1_000  # a score is far below; an order number is above


def join_answers(held: Mapping[str, AnswerMark], records: Iterable[EntryRecord]) -> dict[str, AnswerMark]:
    """Return the latest answers, with those among the changed rows of entries."""
    marked = {name_answer(each): mark_answer(each) for each in records if each.entry.kind in SURVEYS}
    return keep_answers({name: each for name, each in {**held, **marked}.items() if each.values})


def keep_answers(answers: Mapping[str, AnswerMark]) -> dict[str, AnswerMark]:
    """Return the latest answers."""
    ranked = sorted(answers.items(), key=lambda pair: (pair[1].at, pair[0]))
    return dict(ranked[-MOST_ANSWERS:])


def name_answer(record: EntryRecord) -> str:
    """Return the name of an answer: later news of one answer takes the place of the earlier."""
    return record.entry.id or record.event


def mark_answer(record: EntryRecord) -> AnswerMark:
    return AnswerMark(at=record.entry.at, kind=record.entry.kind, event=record.event, values=pick_values(record.entry))


def pick_values(entry: Entry) -> dict[str, JsonValue]:
    """Return the scores and options of an answer, without what is sensitive."""
    kept = {name: value for name, value in sorted(entry.values.items()) if name not in entry.sensitive}
    return dict([(name, value) for name, value in kept.items() if is_counted(value)][:MOST_VALUES])


def is_counted(value: JsonValue) -> bool:
    """Return whether a value is a score, an option or a list of options."""
    if isinstance(value, list):
        return len(value) <= MOST_VALUES and all(isinstance(each, str) and is_counted(each) for each in value)
    if isinstance(value, str):
        return OPTION.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def list_answers(profile: Profile) -> list[AnswerMark]:
    """Return the answers that a person did not withdraw, the oldest first."""
    kept = (each for each in profile.answers.values() if each.event.rpartition("#")[2] not in profile.withdrawn)
    return sorted(kept, key=lambda each: (each.at, each.event))
