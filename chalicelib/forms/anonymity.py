"""Surveys that nobody can be found in: two grades, and what a form of such a grade may not ask.

no-link       the answers of a week lie together in a sealed box, without a name, network, order or time
counts-only   how often each option was picked, and no answer

A form without a grade keeps its answers with the customer who gave them, where they say who they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.forms.field import CONTACT, Field
from chalicelib.models import JsonValue

COUNTED = ("choice", "choices", "ranking", "score")  # types whose answers are picked from a few
NAMING = {*CONTACT.values()} - {"text"}


class Anonymity(StrEnum):
    """How an anonymous survey is kept."""

    NO_LINK = "no-link"
    COUNTS_ONLY = "counts-only"


@dataclass(frozen=True)
class Answer:
    """One answer as settling keeps it: the name of its form, and the values, or the picks of a survey that counts."""

    form: str
    grade: Anonymity
    poll: bool
    values: dict[str, JsonValue]


def judge_questions(grade: Anonymity, fields: Iterable[Field]) -> str:
    """Return the fault of a question that a survey of this grade may not ask, or ""."""
    for field in fields:
        if field.place == "profile":
            return f"{field.name}: an anonymous survey has no record to keep it in: place must be entry"
        if field.type in NAMING:
            return f"{field.name}: an anonymous survey may not ask for {field.type}: it says who answers"
        if grade is Anonymity.COUNTS_ONLY and field.type not in COUNTED:
            return f"{field.name}: counts-only keeps no {field.type}: ask {', '.join(COUNTED)} alone"
    return ""


def judge_poll(fields: Iterable[Field]) -> str:
    """Return the fault of a question whose counts everybody may see, or ""."""
    told = next((field.name for field in fields if field.personal), "")
    return f"{told}: a poll shows its counts to everybody: personal must be false" if told else ""
