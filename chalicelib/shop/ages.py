"""Whether a person is a child, by the ages that they stated and by the date. Pure; the shop's limit is in ages.toml.

A stated age is a year of birth (`2011`) or a band (`under-16`, `16-24`, `65+`). Each statement holds from its own time
until the next one. All statements together give a single moment, since ages only grow: before it the person was a
child, from it on they are treated as an adult.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

from pydantic import Field, model_validator

from chalicelib.models import AgeSaid, JsonValue, Model
from chalicelib.shop.own import choose_file

RULES = Path(__file__).with_suffix(".toml")
BIRTH_YEAR, AGE_BAND = "birth_year", "age_band"  # the profile fields that hold an age
FIRST_YEAR, LAST_YEAR = 1900, 2200
BAND = re.compile(r"under-(?P<below>[1-9]\d?)|(?P<least>\d\d?)-(?P<most>\d\d?)|(?P<open>\d\d?)\+", re.ASCII)
FOREVER = datetime.max.replace(tzinfo=UTC)
# The fields of a child's profile: contact details and what protects the child. All other fields are withheld.
OWN = frozenset(("name", "email", "phone", "address", "language", "restricted", BIRTH_YEAR, AGE_BAND))


class AgeRules(Model):
    """The data file. `limit` is the age in years from which a person is treated as an adult."""

    limit: int = Field(ge=13, le=21)
    bands: tuple[str, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def check_bands(self) -> "AgeRules":
        """Refuse bands with a gap between them, and a band with children and others in it."""
        edges = [(read_least(band), read_most(band)) for band in self.bands]
        if any(most is None or least != most + 1 for (_, most), (least, _) in pairwise(edges)):
            raise ValueError("bands: each must begin where the one before it ends")
        if self.limit not in {least for least, _ in edges}:
            raise ValueError("bands: one of them must begin with the limit")
        return self


@cache
def read_rules(path: Path = RULES) -> AgeRules:
    """Return the shop's rules; raise DefinitionError."""
    from chalicelib.definitions import load_definition  # imported here: the door of a webhook reads no definition

    return load_definition(choose_file(path), AgeRules)


def is_band(text: str) -> bool:
    """Return whether a text names an age range."""
    return BAND.fullmatch(text) is not None


def read_least(band: str) -> int:
    """Return the youngest age in a band."""
    found = BAND.fullmatch(band)
    return int(found["least"] or found["open"] or 0) if found else 0


def read_most(band: str) -> int | None:
    """Return the oldest age in a band, or None for one without an end."""
    found = BAND.fullmatch(band)
    if found is None or found["open"]:
        return None
    return int(found["most"]) if found["most"] else int(found["below"]) - 1


def place_year(year: int, today: date) -> str:
    """Return the band of a year of birth; the day in it is unknown, so the younger of the two ages counts."""
    age = max(today.year - year - 1, 0)
    return next(band for band in reversed(read_rules().bands) if age >= read_least(band))


def clean_age(name: str, value: JsonValue) -> str:
    """Return an age as it is kept, or "" for a value that is no age; `name` is the profile field that it came in."""
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if name == AGE_BAND:
        return text if is_band(text) else ""
    return text if re.fullmatch(r"\d{4}", text, re.ASCII) and FIRST_YEAR <= int(text) <= LAST_YEAR else ""


def is_young(name: str, value: JsonValue, today: date) -> bool:
    """Return whether an age is below the limit on a day; `name` is the profile field that it came in."""
    age = clean_age(name, value)
    limit = read_rules().limit
    return bool(age) and (read_least(age) < limit if is_band(age) else today.year <= int(age) + limit)


def list_ages(fields: Iterable[tuple[str, JsonValue]], at: datetime) -> list[AgeSaid]:
    """Return the ages in profile fields."""
    found = (clean_age(name, value) for name, value in fields if name in (BIRTH_YEAR, AGE_BAND))
    return [AgeSaid(at=at, age=age) for age in found if age]


def join_ages(known: Iterable[AgeSaid], more: Iterable[AgeSaid]) -> tuple[AgeSaid, ...]:
    """Return all statements in one order, whatever order they came in."""
    found = {(stated.at, stated.age): stated for stated in (*known, *more)}
    return tuple(found[key] for key in sorted(found))


def come_of_age(ages: Iterable[AgeSaid]) -> datetime | None:
    """Return the moment before which a person was a child; None where no statement is a child's age."""
    moments = [(at, list(group)) for at, group in groupby(ages, key=lambda stated: stated.at)]
    ends = []
    for number, (_, group) in enumerate(moments, 1):
        until = moments[number][0] if number < len(moments) else FOREVER
        ends += [end_childhood(stated.age, until) for stated in group]
    return max((end for end in ends if end is not None), default=None)


def end_childhood(age: str, until: datetime) -> datetime | None:
    """Return the end of childhood by one statement, which holds until `until`; None for an adult's age.

    By a year of birth, childhood ends with the year in which the person reaches the limit. A child's band has no end.
    """
    limit = read_rules().limit
    if is_band(age):
        return until if read_least(age) < limit else None
    return min(datetime(int(age) + limit + 1, 1, 1, tzinfo=UTC), until)


def is_minor(ages: Iterable[AgeSaid], now: datetime) -> bool:
    """Return whether a person who stated these ages is a child at a moment."""
    end = come_of_age(ages)
    return end is not None and now < end
