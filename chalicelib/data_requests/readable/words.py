"""The words of the readable copy in one language; words/en/record.toml explains them."""

from collections.abc import Mapping

from chalicelib.models import Model
from chalicelib.words import find_words


class RecordWords(Model):
    """The words of one language. The keys of the tables are our own names and codes."""

    title: str
    intro: str
    times: str
    technical: str
    contents: str
    nothing: str
    newest: str
    others: str
    yes: str
    no: str
    year: str
    form: str
    order: str
    order_unnumbered: str
    item: str
    kept_by: str
    came_with: str
    unused: str
    current: str
    found_by: str
    details: str
    refunds: str
    stopped: str
    plans: str
    asked: str
    because_unknown: str
    chapters: Mapping[str, str]
    hints: Mapping[str, str]
    labels: Mapping[str, str]
    fields: Mapping[str, str]
    spans: Mapping[str, str]
    channels: Mapping[str, str]
    grades: Mapping[str, str]
    trusts: Mapping[str, str]
    names: Mapping[str, str]
    answers: Mapping[str, str]
    order_states: Mapping[str, str]
    kinds: Mapping[str, str]
    mail_states: Mapping[str, str]
    outcomes: Mapping[str, str]
    statuses: Mapping[str, str]
    because: Mapping[str, str]
    stops: Mapping[str, str]
    request_states: Mapping[str, str]
    readers: Mapping[str, str]
    reasons: Mapping[str, str]
    topics: Mapping[str, str]


def find_record_words(language: str) -> RecordWords:
    """Return the words in a language that we speak."""
    return find_words(language, "record", RecordWords)
