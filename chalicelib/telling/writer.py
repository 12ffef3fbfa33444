"""Writes figures in one language: numbers in its digits, shares, money, months, names that somebody typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chalicelib.forms.interface import find_interface
from chalicelib.mails.language import MailLanguage, find_mail_language
from chalicelib.numbers.figure import LEAST, Figure
from chalicelib.stats.intervals import Interval
from chalicelib.telling.words import NumberWords, find_number_words
from chalicelib.text import isolate_text

MINUS = "\N{MINUS SIGN}"
# What keeps a typed name, or a number with a sign, in its own direction inside a sentence of another one.
BEGIN, END, LEFT_TO_RIGHT = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}", "\N{LEFT-TO-RIGHT MARK}"


@dataclass(frozen=True)
class FigureWriter:
    """Writes figures as a language does."""

    tell: MailLanguage

    def write(self, number: float) -> str:
        """Write a number with one decimal, or none where it is whole."""
        return self.tell.write_number(Decimal(str(round(number, 1))))

    def write_count(self, number: int) -> str:
        return self.tell.write_number(Decimal(number))

    def write_share(self, share: float) -> str:
        """Write a share as percent with one decimal, or none where it is whole."""
        return self.tell.percent.format(number=self.write(share * 100))

    def write_money(self, amount: Decimal, currency: str) -> str:
        return self.tell.write_money(amount, currency)

    def write_sums(self, sums: Mapping[str, Decimal]) -> str:
        """Return sums of money by currency."""
        return ", ".join(self.write_money(amount, currency) for currency, amount in sums.items())


@dataclass(frozen=True)
class NumberWriter(FigureWriter):
    """Writes figures over everybody in sentences. Shares are whole percents: few people tell no tenth of one."""

    say: NumberWords

    def write_percent(self, share: float) -> str:
        """Write a share in whole percents."""
        return self.tell.percent.format(number=self.write_count(round(share * 100)))

    def write_score(self, score: float) -> str:
        """Write a score from -1 to 1 as whole points of a hundred, with a true minus sign."""
        points = round(score * 100)
        return (self.mark_sign(MINUS) if points < 0 else "") + self.write_count(abs(points))

    def write_step(self, step: int) -> str:
        """Write so many steps ahead, such as `+3`."""
        return self.mark_sign("+") + self.write_count(step)

    def mark_sign(self, sign: str) -> str:
        """Return a sign that stays before its number also where lines run from right to left."""
        return LEFT_TO_RIGHT + sign if self.tell.direction == "rtl" else sign

    def write_month(self, month: str) -> str:
        """Write a month such as `2026-11`, by the calendar in which it was counted."""
        year, _, number = month.partition("-")
        name = self.tell.months[int(number) - 1]
        return self.say.figure.month.format(month=name, year=self.tell.write_digits(year))

    def write_week(self, week: str) -> str:
        """Write an ISO week such as `2026-W48` by its first day."""
        year, _, number = week.partition("-W")
        return self.say.figure.week.format(day=self.tell.write_day(date.fromisocalendar(int(year), int(number), 1)))

    def mark_open(self, time: str, is_open: bool) -> str:
        """Return the words of a month or week, with the remark that it is not over where it is not."""
        return self.say.figure.open_time.format(time=time) if is_open else time

    def join(self, words: Iterable[str]) -> str:
        """Return words one after the other, with what stands between two in this language."""
        return find_interface(self.tell.language).between.join(words)

    def write_name(self, name: str) -> str:
        """Return a name that somebody typed, as it stands inside a sentence."""
        return isolate_text(name)

    def write_shares(self, interval: Interval) -> dict[str, str]:
        """Return the three words of a share: value, low, high."""
        return {name: self.write_percent(getattr(interval, name)) for name in ("value", "low", "high")}

    def write_range(self, figure: Figure) -> str:
        """Return a share with its interval, or the word for too few."""
        if figure.interval is None:
            return self.say.figure.no_share
        return self.say.figure.range.format(**self.write_shares(figure.interval))

    def tell_few(self, figure: Figure) -> str:
        """Return that there are not enough people yet, and in how many weeks there are, where that can be said."""
        say = self.say.figure
        if not figure.people:
            return say.nobody
        pattern = say.few if not figure.weeks else say.few_week if figure.weeks == 1 else say.few_weeks
        counts = {"n": figure.people, "least": LEAST, "weeks": figure.weeks}
        return pattern.format(**{name: self.write_count(count) for name, count in counts.items()})


def find_writer(language: str) -> NumberWriter:
    """Return the writer of a language; KeyError where there is none."""
    return NumberWriter(find_mail_language(language), find_number_words(language))


def strip_marks(text: str) -> str:
    """Return a sentence without the marks of direction, for files that a program reads."""
    return text.translate(dict.fromkeys(map(ord, (BEGIN, END, LEFT_TO_RIGHT))))
