"""The words of every mail in one language, and how that language writes numbers, money and days."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from chalicelib.forms.interface import find_interface
from chalicelib.mails.dates import FIRST_DAY, solar_date
from chalicelib.mails.words import Offer, Reason
from chalicelib.models import Model
from chalicelib.words import FALLBACK, find_words, list_languages

SYMBOLS = {"BDT": "৳", "EUR": "€", "GBP": "£", "INR": "₹", "IRR": "﷼", "KZT": "₸", "USD": "$"}


class MailLanguage(Model):
    """The words of one language; words/en/mails.toml explains each."""

    language: str
    greeting: str
    greeting_unnamed: str
    sign_off: str
    unsubscribe: str
    preferences: str
    privacy: str
    security_code: str
    offer_code: str
    valid_until: str
    number_of: str
    day: str
    months: tuple[str, ...]
    solar_months: tuple[str, ...] = ()
    percent: str
    decimal_point: str
    money: str
    money_by_code: str
    discount: str
    suggested: str
    friends: str
    reasons: Mapping[Reason, str]

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Return the direction that the language is written in."""
        return find_interface(self.language).direction

    @property
    def digits(self) -> str:
        """Return the ten digits of the language, nought first."""
        return find_interface(self.language).digits

    def write_digits(self, text: str) -> str:
        """Write the digits of a text in this language's own."""
        return text.translate({48 + value: digit for value, digit in enumerate(self.digits)})

    def write_discount(self, offer: Offer) -> str:
        """Write the discount of an offer, e.g. `10% off`."""
        if offer.percent:
            value = self.percent.format(number=self.write_number(offer.percent))
        else:
            value = self.write_money(offer.amount, offer.currency)
        return self.discount.format(value=value)

    def write_money(self, amount: Decimal, currency: str) -> str:
        """Write an amount, with two decimals or none."""
        number = self.write_number(amount, places=2)
        symbol = SYMBOLS.get(currency)
        pattern = self.money if symbol else self.money_by_code
        return pattern.format(number=number, symbol=symbol or currency)

    def write_number(self, number: Decimal, places: int = 0) -> str:
        """Write a number with the decimals it needs; where it needs any, with at least `places`."""
        whole, _, rest = f"{number.normalize():f}".partition(".")
        return self.write_digits(f"{whole}{self.decimal_point}{rest.ljust(places, '0')}" if rest else whole)

    def write_day(self, day: date) -> str:
        """Write a day in full; with its solar Hijri name first where the language has months for it."""
        written = self.fill_day(day.year, self.months[day.month - 1], day.day)
        if not self.solar_months or day < FIRST_DAY:
            return written
        year, month, number = solar_date(day)
        return f"{self.fill_day(year, self.solar_months[month - 1], number)} ({written})"

    def fill_day(self, year: int, month: str, number: int) -> str:
        """Put a day's three parts in this language's order."""
        return self.day.format(year=self.write_digits(str(year)), month=month, day=self.write_digits(str(number)))


def find_mail_language(language: str) -> MailLanguage:
    """Return the words of that language (BCP 47), else of its first part, else English."""
    known = list_languages("mails")
    found = next((tag for tag in (language, language.partition("-")[0]) if tag in known), FALLBACK)
    return find_words(found, "mails", MailLanguage)
