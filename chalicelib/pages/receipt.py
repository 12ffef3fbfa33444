"""A receipt of an erasure in words. A name that has no words is shown as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.models import JsonValue, Model
from chalicelib.strictjson import parse_object


class ReceiptWords(Model):
    """The words of a receipt. `times` and `names` have the receipt's own names as keys."""

    moment: str
    number: str
    reference: str
    paper: str
    when: str
    counts: str
    copies: str
    stays: str
    tombstone: str
    ledger: str
    kept_hash: str
    check: str
    checking: str
    file: str
    signature: str
    key: str
    times: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True)
class ReceiptView:
    """Pairs of words, in the order shown; `stays` says what is kept, and why."""

    marks: list[tuple[str, str]]
    times: list[tuple[str, str]]
    counts: list[tuple[str, str]]
    copies: list[tuple[str, str]]
    stays: list[str]
    checking: str
    hash: str


def show_receipt(receipt: str, words: ReceiptWords, language: str) -> ReceiptView:
    """Return the view of a receipt's JSON."""
    values = parse_object(receipt.encode())
    times = {name: read_moment(values.get(name)) for name in words.times}
    copies = [copy for copy in read_list(values.get("copies")) if isinstance(copy, dict)]
    ledger = read_object(values.get("ledger"))
    number = write_count(ledger.get("number", ""), language)
    marks = ((words.number, number), (words.reference, str(values.get("receipt", ""))))
    return ReceiptView(
        marks=[(name, mark) for name, mark in marks if mark],
        times=[(words.times[name], write_moment(time, words, language)) for name, time in times.items() if time],
        counts=[
            (words.names.get(name, name), write_count(count, language))
            for name, count in read_object(values.get("counts")).items()
        ],
        copies=[(name_copy(copy, words), write_end(copy, words, language)) for copy in copies],
        stays=[words.tombstone, words.ledger, *([words.kept_hash] if values.get("kept") else [])],
        checking=words.checking.format(number=number),
        hash=str(ledger.get("hash", "")),
    )


def name_copy(copy: Mapping[str, JsonValue], words: ReceiptWords) -> str:
    """Return the words for the data of a remaining copy."""
    name = str(copy.get("of", ""))
    return words.names.get(name, name)


def write_end(copy: Mapping[str, JsonValue], words: ReceiptWords, language: str) -> str:
    """Return until when a copy remains."""
    until = read_moment(copy.get("until"))
    return write_moment(until, words, language) if until else str(copy.get("until", ""))


def read_object(value: JsonValue) -> Mapping[str, JsonValue]:
    """Return an object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def read_list(value: JsonValue) -> Iterable[JsonValue]:
    """Return a list, empty where there is none."""
    return value if isinstance(value, list) else []


def read_moment(value: JsonValue) -> datetime | None:
    """Return a time of RFC 3339, or None for another value."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def write_count(value: JsonValue, language: str) -> str:
    """Write a number in a language's digits."""
    from chalicelib.mails.language import find_mail_language  # only a receipt needs the months and digits of mails

    return find_mail_language(language).write_digits(str(value))


def write_moment(moment: datetime, words: ReceiptWords, language: str) -> str:
    """Write a day and a time of day, in UTC."""
    from chalicelib.mails.language import find_mail_language

    spoken, utc = find_mail_language(language), moment.astimezone(UTC)
    return words.moment.format(day=spoken.write_day(utc.date()), time=spoken.write_digits(f"{utc:%H:%M}"))
