"""Customers over time, as figures: months, cohorts, classes."""

from decimal import Decimal

from pydantic import Field

from chalicelib.models import Model
from chalicelib.models.months import list_months, name_month
from chalicelib.numbers.figure import Figure, make_share
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.margins import Margin, read_margins
from chalicelib.numbers.tally import Tally

MOST_MONTHS = 13


class Month(Model):
    """One month: purchases, people who bought, those who bought for the first time, revenue and margin by currency."""

    month: str
    orders: int
    buyers: int
    new: int
    earned: dict[str, Decimal] = Field(default_factory=dict)
    margins: dict[str, Margin] = Field(default_factory=dict)

    @property
    def returning(self) -> int:
        """Return the people who had bought in an earlier month."""
        return self.buyers - self.new


class Cohort(Model):
    """The people whose first purchase was in `first`: the share of them who bought in each later month."""

    first: str
    people: int
    back: dict[str, Figure] = Field(default_factory=dict)


class ClassOfBuyers(Model):
    """People by how often (one, few, regular) and how lately (here, slipping, away) they bought."""

    name: str
    people: int
    spent: dict[str, Decimal] = Field(default_factory=dict)


class Customers(Model):
    months: tuple[Month, ...]
    cohorts: tuple[Cohort, ...]
    classes: tuple[ClassOfBuyers, ...]


def read_customers(tally: Tally, lens: Lens) -> Customers:
    """Return the latest months and the cohorts of these, oldest first, and the classes.

    A month without a purchase has its place, so that a cohort's columns are months after its first.
    """
    first = min((rest[0] for rest, _ in tally.below("month")), default="")
    names = list(list_months(first, name_month(lens.now)))[-MOST_MONTHS:] if first else []
    return Customers(
        months=tuple(read_month(name, tally) for name in names),
        cohorts=tuple(read_cohort(name, names, tally) for name in names if tally.count("month", name, "new")),
        classes=tuple(
            ClassOfBuyers(name=name, people=people, spent=tally.sums("class-spent", name))
            for name, people in tally.counts("class").items()
        ),
    )


def read_month(month: str, tally: Tally) -> Month:
    """Return one month."""
    counts = {name: tally.count("month", month, name) for name in ("orders", "buyers", "new")}
    earned, margins = tally.sums("month", month, "earned"), read_margins(month, tally)
    return Month(month=month, earned=earned, margins=margins, **counts)


def read_cohort(first: str, months: list[str], tally: Tally) -> Cohort:
    """Return one cohort; small ones show no share (`Figure`)."""
    people = tally.count("month", first, "new")
    back = {each: make_share(tally.count("cohort", first, each), people) for each in months if each > first}
    return Cohort(first=first, people=people, back=back)
