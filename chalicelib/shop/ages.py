"""Who is too young, by what was said of an age and by the clock. Pure; the shop's limit is in ages.toml.

An age is said as a year of birth (`2011`) or as a band (`under-16`, `16-24`, `65+`). Each statement holds from when it
was made until the next one. Nobody grows younger, so all of them come to a single moment: before it somebody was a
child, from it on they are treated as anybody else.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

from pydantic import Field, model_validator

from chalicelib.models import AgeSaid, JsonValue, Model

RULES = Path(__file__).with_suffix(".toml")
BIRTH_YEAR, AGE_BAND = "birth_year", "age_band"  # the profile fields that say how old somebody is
FIRST_YEAR, LAST_YEAR = 1900, 2200
BAND = re.compile(r"under-(?P<below>[1-9]\d?)|(?P<least>\d\d?)-(?P<most>\d\d?)|(?P<open>\d\d?)\+", re.ASCII)
FOREVER = datetime.max.replace(tzinfo=UTC)
# What a child's profile may hold: how to reach them and what protects them. All else they said is left unused.
OWN = frozenset(("name", "email", "phone", "address", "language", "restricted", BIRTH_YEAR, AGE_BAND))


class AgeRules(Model):
    """The data file. `limit` is the age in years from which somebody is treated as anybody else."""

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

    return load_definition(path, AgeRules)


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
    """Return an age as it is kept, or "" for what is none; `name` is the profile field that it came in."""
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
    """Return what profile fields say of an age."""
    found = (clean_age(name, value) for name, value in fields if name in (BIRTH_YEAR, AGE_BAND))
    return [AgeSaid(at=at, age=age) for age in found if age]


def join_ages(known: Iterable[AgeSaid], more: Iterable[AgeSaid]) -> tuple[AgeSaid, ...]:
    """Return both, in one order whatever they came in."""
    found = {(one.at, one.age): one for one in (*known, *more)}
    return tuple(found[key] for key in sorted(found))


def come_of_age(ages: Iterable[AgeSaid]) -> datetime | None:
    """Return the moment before which somebody was a child; None where nothing says that they ever were one."""
    moments = [(at, list(group)) for at, group in groupby(ages, key=lambda one: one.at)]
    ends = []
    for number, (_, group) in enumerate(moments, 1):
        until = moments[number][0] if number < len(moments) else FOREVER
        ends += [end_childhood(one.age, until) for one in group]
    return max((end for end in ends if end is not None), default=None)


def end_childhood(age: str, until: datetime) -> datetime | None:
    """Return until when one statement, in force until then, says that somebody is a child.

    A year of birth says when that ends: with the year in which they reach the limit. A band never does.
    """
    limit = read_rules().limit
    if is_band(age):
        return until if read_least(age) < limit else None
    return min(datetime(int(age) + limit + 1, 1, 1, tzinfo=UTC), until)


def is_minor(ages: Iterable[AgeSaid], now: datetime) -> bool:
    """Return whether these ages are those of a child at a moment."""
    end = come_of_age(ages)
    return end is not None and now < end
