"""How long each kind of data is kept: one table, `retention.toml`. The privacy page shows it, the sweeps act on it.

A shop can change the days or months of data that sweeps remove. Data that other code ends (TTL, backups, logs) is
listed in `ELSEWHERE`: those figures are imported from that code, or are in infra/template.yaml, and the file has none.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from math import ceil
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from chalicelib.definitions import load_definition
from chalicelib.models import Model, Name, Version
from chalicelib.shop.own import choose_file
from chalicelib.shop.periods import (
    KEEP_DAY_COUNTS,
    KEEP_FOR_STAFF,
    KEEP_LINKS,
    KEEP_NAMES,
    KEEP_PACKAGE,
    KEEP_QUARANTINE,
    KEEP_QUIET,
    KEEP_UNCONFIRMED,
    LONGEST_WAIT,
)
from chalicelib.shop.purposes import Texts

FILE = Path(__file__).with_suffix(".toml")
MONTH = 365.25 / 12  # days

# What ends by code or by AWS. tests/rules/test_retention.py compares the last five with infra/template.yaml.
ELSEWHERE = {
    "quarantine": KEEP_QUARANTINE,
    "unconfirmed": KEEP_UNCONFIRMED,
    "asked": KEEP_QUIET + LONGEST_WAIT,
    "requests": KEEP_FOR_STAFF,
    "links": KEEP_LINKS,
    "packages": KEEP_PACKAGE,
    "names": KEEP_NAMES,
    "day-counts": KEEP_DAY_COUNTS,
    "customers-backups": timedelta(days=35),
    "keys-backups": timedelta(days=7),
    "queue": timedelta(days=1),
    "failures": timedelta(days=14),
    "logs": timedelta(days=30),
}


class Ends(StrEnum):
    """What ends a period; words for each stand in words/<language>/policy.toml."""

    AGE = "age"  # its time is over: TTL, a sweep, or AWS
    MOMENT = "moment"  # it took its effect: normally within a second
    DECIDED = "decided"  # a member of staff has reviewed it
    FORGOTTEN = "forgotten"  # the person is forgotten
    NEVER = "never"  # nothing ends it: it names no person
    SERVICE = "service"  # as the service that holds it says


class Period(Model):
    """How long one kind of data is kept. `holds` are its rows, `table/item` as in docs/data.md.

    `store` is a table of ours (inbox, customers, keys, links, ledger, offers, desk), or logs, queues or mails.
    """

    name: Name
    store: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
    ends: Ends
    days: int | None = Field(None, ge=1, le=36_525)
    months: int | None = Field(None, ge=1, le=1200)
    holds: tuple[str, ...] = ()
    words: Texts

    @property
    def span(self) -> timedelta | None:
        """Return the length of the period, or None for one without a time. A month is 365.25 / 12 days, rounded up."""
        if self.months is not None:
            return timedelta(days=ceil(self.months * MONTH))
        return None if self.days is None else timedelta(days=self.days)

    @model_validator(mode="before")
    @classmethod
    def fill_days(cls, keys: Any) -> Any:
        """Fill in the days that other code decides, and refuse a file that names them too."""
        span = ELSEWHERE.get(keys["name"])
        if span is None:
            return keys
        if "days" in keys or "months" in keys:
            raise ValueError("this period is not changed here; see ELSEWHERE in retention.py")
        return {**keys, "days": span.days}

    @model_validator(mode="after")
    def check_sense(self) -> "Period":
        """Refuse a period without an end, or with two."""
        if ((self.days is None) + (self.months is None) == 1) != (self.ends is Ends.AGE):
            raise ValueError("what ends by age has either days or months, and nothing else has any")
        return self


class Retention(Model):
    """The file. A change of a period or of words needs a new `version`."""

    version: Version
    kept: Mapping[Name, Period]

    @field_validator("kept", mode="before")
    @classmethod
    def name_periods(cls, kept: Any) -> Any:
        """Give each period the name of its table in the file."""
        return {name: {**keys, "name": name} for name, keys in kept.items()}


@cache
def load_retention(path: Path = FILE) -> Retention:
    """Return the file's periods; raise DefinitionError."""
    return load_definition(choose_file(path), Retention)


RETENTION: Mapping[str, Period] = load_retention().kept


def find_span(name: str) -> timedelta:
    """Return how long one kind of data is kept; KeyError for a name that is not on file or that no clock ends."""
    span = RETENTION[name].span
    if span is None:
        raise KeyError(name)
    return span
