"""How the readable copy writes values in one language: days, times, money, numbers, yes and no."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property

from chalicelib.data_requests.readable.words import RecordWords, find_record_words
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.mails.language import MailLanguage, find_mail_language
from chalicelib.models import JsonValue
from chalicelib.pages.dates import write_day, write_local
from chalicelib.pages.policy_sources import list_all_forms
from chalicelib.pages.request_pages import PrivacyWords, find_request_words

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.+")


@dataclass(frozen=True)
class Writer:
    """One language, spoken by pages. `shop` is the shop's name; times are written in `zone`."""

    language: str
    shop: str
    zone: tzinfo = UTC

    @cached_property
    def words(self) -> RecordWords:
        """Return the words of the copy."""
        return find_record_words(self.language)

    @cached_property
    def requests(self) -> PrivacyWords:
        """Return the words of requests about data."""
        return find_request_words(self.language)

    @cached_property
    def interface(self) -> Interface:
        """Return the words of all pages."""
        return find_interface(self.language)

    @cached_property
    def mail(self) -> MailLanguage:
        """Return how the language writes days and money."""
        return find_mail_language(self.language)

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Return every form on file, those with a page of their own first; read once, since a mistake is logged."""
        return tuple(form for form, _ in list_all_forms())

    def write_value(self, value: JsonValue) -> str:
        """Write any single value; text stays as it is, unless it is a time or a day as programs write them."""
        if isinstance(value, bool):
            return self.write_flag(value)
        if isinstance(value, int | float | Decimal):
            return self.write_number(value)
        text = str(value)
        return self.write_time(text) if MOMENT.fullmatch(text) else self.write_day(text)

    def write_flag(self, value: bool) -> str:
        """Write yes or no."""
        return self.words.yes if value else self.words.no

    def write_number(self, value: int | float | Decimal | str) -> str:
        """Write a number in the language's digits and with its decimal point."""
        return self.mail.write_number(Decimal(str(value)))

    def write_time(self, value: JsonValue) -> str:
        """Write a time of RFC 3339 as a day and a time of day; another value as it is. A time in UTC says so."""
        try:
            moment = datetime.fromisoformat(str(value)).astimezone(self.zone)
        except (ValueError, OverflowError):
            return "" if value is None else str(value)
        if self.zone is not UTC:
            return write_local(moment, self.zone, self.language)
        time = self.mail.write_digits(f"{moment:%H:%M}")
        return self.requests.receipt.moment.format(day=self.mail.write_day(moment.date()), time=time)

    def write_moment_day(self, moment: datetime) -> str:
        """Write the day of a moment."""
        return write_day(moment, self.zone, self.language)

    def write_day(self, text: str) -> str:
        """Write a day (`2026-03-01`); another text as it is."""
        try:
            return self.mail.write_day(date.fromisoformat(text)) if DAY.fullmatch(text) else text
        except ValueError:
            return text

    def write_money(self, amount: Decimal, currency: str) -> str:
        """Write an amount in its currency."""
        return self.mail.write_money(amount, currency).strip()

    def write_year(self, year: str, count: int) -> str:
        """Write the title of a year's entries."""
        return self.words.year.format(year=self.mail.write_digits(year), count=self.write_number(count))

    def write_span(self, kind: str, count: str) -> str:
        """Write a number of days or hours; `kind` is `day` or `hour`."""
        pattern = self.words.spans[kind if Decimal(count) == 1 else f"{kind}s"]
        return pattern.format(n=self.write_number(count))

    def write_note(self, name: str, text: str) -> str:
        """Return a note with the label of its value, "" where there is no value."""
        return f"{self.name_label(name)}: {text}" if text else ""

    def join_texts(self, texts: list[str]) -> str:
        """Write several texts as one, separated as the language does."""
        return self.interface.between.join(text for text in texts if text)

    def name_label(self, name: str) -> str:
        """Return the label of a value by its name: our word for it, else the name in readable form."""
        return self.words.labels.get(name) or clean_name(name)


def clean_name(name: str) -> str:
    """Return a name of ours or of a sender as people write it: `first_name` is `first name`."""
    return " ".join(name.replace("_", " ").split())
