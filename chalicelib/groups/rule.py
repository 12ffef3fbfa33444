"""The language of groups and of the audiences of campaigns: conditions on what a profile holds.

Every key is documented in docs/groups.md; a test holds that page to these models.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from chalicelib.models import Currency, FieldName, Model, Name
from chalicelib.people.mail_notes import MOST_MAILS
from chalicelib.people.orders import LATEST, LONGEST_ITEM

PrimaryLanguage = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]  # BCP 47 primary subtag
Band = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+-]{1,20}$")]
Option = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}$")]  # as forms write options
Days = Annotated[int, Field(ge=1, le=3660)]
Count = Annotated[int, Field(ge=0)]
# The senders that tell something of a customer; the others write what the service does by itself.
Heard = Literal[
    "shopify", "square", "stripe", "tally", "typeform", "webhooks", "woocommerce", "form", "import", "staff", "till"
]
Clause = tuple[str, Any]  # the name of a condition, and what it asks for


class ActivityName(StrEnum):
    """How a customer stands by their own rhythm, or by the shop's rule (`people/activity.py`)."""

    ACTIVE = "active"
    AT_RISK = "at-risk"
    INACTIVE = "inactive"
    NO_PURCHASE = "no-purchase"


class Bought(Model):
    """Purchases with a product, or with any of a category, among the latest LATEST orders; with neither, all of them.

    Without `at_least` and `at_most` one purchase is enough.
    """

    product: str = Field("", max_length=LONGEST_ITEM)
    category: str = Field("", max_length=60)
    at_least: int | None = Field(None, ge=1, le=LATEST)
    at_most: int | None = Field(None, ge=0, lt=LATEST)
    within_days: Days | None = None

    @property
    def least(self) -> int:
        """Return how many purchases are needed, 0 for none."""
        return 1 if self.at_least is None and self.at_most is None else self.at_least or 0

    @model_validator(mode="after")
    def check_sense(self) -> "Bought":
        """Refuse what no customer can have done, or what names two things."""
        if self.product and self.category:
            raise ValueError("either product or category")
        if self.at_most is not None and self.at_most < self.least:
            raise ValueError("no customer fits: at_most is less than at_least")
        return self


class Score(Model):
    """The latest answer to a question that asks for a number; `question` is its name in the form."""

    question: FieldName = "score"
    at_least: int | None = Field(None, ge=0, le=1_000)
    at_most: int | None = Field(None, ge=0, le=1_000)
    within_days: Days | None = None

    @model_validator(mode="after")
    def check_sense(self) -> "Score":
        """Refuse a range of no number, and one that says nothing."""
        if self.at_least is None and self.at_most is None:
            raise ValueError("says nothing: it needs at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("no customer fits: at_most is less than at_least")
        return self


class Member(Model):
    """Somebody whose consent to a purpose stands, such as a rewards club; the days are those since the first yes."""

    purpose: Name
    at_least_days: Days | None = None
    at_most_days: Annotated[int, Field(ge=0, le=3660)] | None = None

    @model_validator(mode="after")
    def check_sense(self) -> "Member":
        """Refuse a span of no day."""
        if self.at_most_days is not None and self.at_most_days < (self.at_least_days or 0):
            raise ValueError("no customer fits: at_most_days is less than at_least_days")
        return self


class Rule(Model):
    """Conditions that must all hold; without any, every customer belongs. An empty list is no condition."""

    purchases_at_least: Count = 0
    purchases_at_most: Count | None = None
    spent_at_least: dict[Currency, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    bought: tuple[Bought, ...] = Field((), max_length=10)
    standing: tuple[ActivityName, ...] = ()
    usual_gap_at_least: Days | None = None
    usual_gap_at_most: Days | None = None
    silent_at_least: Days | None = None
    silent_at_most: Days | None = None
    found_us: tuple[Option, ...] = ()
    senders: tuple[Heard, ...] = ()
    score: Score | None = None
    languages: tuple[PrimaryLanguage, ...] = ()
    age_bands: tuple[Band, ...] = ()
    age_at_least: int | None = Field(None, ge=1, le=120)
    age_at_most: int | None = Field(None, ge=1, le=120)
    has_entry: tuple[Name, ...] = ()
    lacks_entry: tuple[Name, ...] = ()
    consents: tuple[Name, ...] = ()
    member: Member | None = None
    not_member: tuple[Name, ...] = ()
    mails_at_least: int = Field(0, ge=0, le=MOST_MAILS)
    clicked_within_days: Days | None = None
    never_clicked: bool = False
    fields: dict[FieldName, tuple[str, ...]] = Field(default_factory=dict)
    sensitive: dict[FieldName, Name] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_sense(self) -> "Rule":
        """Refuse a rule that no customer can meet."""
        for name in ("purchases", "usual_gap", "silent", "age"):
            least, most = getattr(self, f"{name}_at_least"), getattr(self, f"{name}_at_most")
            if least is not None and most is not None and most < least:
                raise ValueError(f"no customer fits: {name}_at_most is less than {name}_at_least")
        both = set(self.has_entry) & set(self.lacks_entry)
        if both:
            raise ValueError(f"no customer fits: has_entry and lacks_entry both name {', '.join(sorted(both))}")
        joined = {*self.consents, *([self.member.purpose] if self.member else [])}
        if odd := sorted(joined & set(self.not_member)):
            raise ValueError(f"no customer fits: not_member names what consents or member names: {', '.join(odd)}")
        if self.never_clicked and self.clicked_within_days:
            raise ValueError("no customer fits: never_clicked and clicked_within_days")
        unused = sorted(set(self.sensitive) - set(self.fields))
        if unused:
            raise ValueError(f"sensitive names what fields does not: {', '.join(unused)}")
        return self

    @property
    def is_timeless(self) -> bool:
        """Return whether time alone moves nobody into the group or out of it."""
        moving = ("standing", "silent_at_least", "silent_at_most", "clicked_within_days", "age_at_least", "age_at_most")
        spans: list[Bought | Score] = [*self.bought, *([self.score] if self.score else [])]
        since = self.member is not None and (self.member.at_least_days, self.member.at_most_days) != (None, None)
        return (
            not since
            and not any(getattr(self, name) for name in moving)
            and not any(each.within_days for each in spans)
        )

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Return the conditions that are set, made once: a walk judges everybody by them."""
        return tuple(self.list_clauses())

    def list_clauses(self) -> Iterator[Clause]:
        """Yield the conditions that are set, by the names of groups.clauses.JUDGES, each with what it asks for."""
        for name in PLAIN:
            if (wanted := getattr(self, name)) not in (None, 0, False, ()):
                yield name, wanted
        if self.purchases_at_most == 0:  # zero is a condition here
            yield "purchases_at_most", 0
        for currency, least in self.spent_at_least.items():
            yield "spent_at_least", (currency, least)
        for each in self.bought:
            yield from ([("bought_at_least", each)] if each.least else [])
            yield from ([("bought_at_most", each)] if each.at_most is not None else [])
        for name in ("at_least", "at_most"):
            if self.score is not None and getattr(self.score, name) is not None:
                yield f"score_{name}", self.score
        yield from self.list_member()
        for name, values in self.fields.items():
            yield "fields", (name, values, self.sensitive.get(name, ""))

    def list_member(self) -> Iterator[Clause]:
        """Yield the conditions of the membership."""
        if self.member is None:
            return
        yield "member", self.member
        for name in ("at_least", "at_most"):
            if getattr(self.member, f"{name}_days") is not None:
                yield f"member_{name}", self.member

    def judge_fields(self, known: Mapping[str, str]) -> str:
        """Return which conditions name a sensitive field without its purpose, or with another purpose; or "".

        `known` maps the sensitive fields of the forms on file to their purposes.
        """
        named = {name: (self.sensitive.get(name, ""), known.get(name, "")) for name in self.fields}
        odd = [f"{name} ({due or 'not sensitive'})" for name, (given, due) in named.items() if given != due]
        return f"sensitive must name the purpose of: {', '.join(odd)}" if odd else ""


# Conditions that are one key and one value, in the order in which they are told.
PLAIN = tuple(
    name
    for name in Rule.model_fields
    if name not in ("spent_at_least", "bought", "score", "member", "fields", "sensitive")
)
