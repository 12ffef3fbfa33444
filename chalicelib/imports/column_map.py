"""The map of an import, from its TOML file: the meaning of each column, and the evidence behind its consent columns.

Every key is documented in docs/import.md; a test holds that page to these models.
"""

from datetime import date
from pathlib import Path
from typing import Annotated
from unicodedata import normalize

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chalicelib.campaigns.window import find_zone
from chalicelib.definitions import load_definition
from chalicelib.models import FieldName, Model, Name, OptionalCurrency, OptionalLanguage, OptionalName, Version
from chalicelib.shop.purposes import judge_consents

ISO = "iso"  # 2026-05-01, 2026-05-01T09:00:00+02:00
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]
Column = Annotated[
    str, AfterValidator(lambda name: normalize("NFC", name).strip()), StringConstraints(min_length=1, max_length=200)
]
Answers = tuple[Annotated[str, AfterValidator(lambda word: word.strip().casefold())], ...]


class Columns(Model):
    """The header's names of the columns that we know; a column that the map does not name is never read."""

    id: Column | None = None
    email: Column | None = None
    phone: Column | None = None
    name: Column | None = None
    address: Column | None = None
    language: Column | None = None
    date: Column | None = None
    order_id: Column | None = None
    order_date: Column | None = None
    order_total: Column | None = None
    order_currency: Column | None = None


class ConsentColumn(Model):
    """A column of answers to one question, and the evidence: the words that were shown, and when it was answered."""

    purpose: Name
    column: Column
    yes: Answers = Field(min_length=1)
    no: Answers = ()
    words: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
    version: Version
    language: OptionalLanguage = ""
    collected: date | None = None
    collected_column: Column | None = None

    @model_validator(mode="after")
    def check_sense(self) -> "ConsentColumn":
        """Refuse a consent without evidence, or one whose answers could mean yes and no."""
        if set(self.yes) & set(self.no):
            raise ValueError("an answer stands under both yes and no")
        if self.collected is None and self.collected_column is None:
            raise ValueError("collected or collected_column must say when the answers were given")
        return self


class ImportMap(Model):
    """One file's map. `name` identifies the import: a row counts once under each name."""

    name: Name
    as_of: date
    time_zone: str = "UTC"
    dates: tuple[str, ...] = Field((ISO,), min_length=1)
    decimal: Annotated[str, StringConstraints(pattern=r"^[.,]$")] = "."
    delimiter: Annotated[str, StringConstraints(pattern=r"^([,;|\t])?$")] = ""
    country: Country = ""
    currency: OptionalCurrency = ""
    ids_of: OptionalName = ""
    empty: Answers = ()
    columns: Columns
    notes: dict[FieldName, Column] = Field(default_factory=dict)
    consents: tuple[ConsentColumn, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """Return every column of the file that is read."""
        named = [*self.columns.model_dump(exclude_none=True).values(), *self.notes.values()]
        for consent in self.consents:
            named += [name for name in (consent.column, consent.collected_column) if name]
        return tuple(dict.fromkeys(named))

    @model_validator(mode="after")
    def check_people(self) -> "ImportMap":
        """Refuse a map without a column that identifies a customer, or with one column for two things."""
        columns = self.columns
        if not (columns.id or columns.email or columns.phone):
            raise ValueError("columns must name id, email or phone: nobody could be found otherwise")
        if bool(columns.id) != bool(self.ids_of):
            raise ValueError("ids_of says whose ids columns.id holds (till, webshop ...): give both or neither")
        purposes = [consent.purpose for consent in self.consents]
        if len(set(purposes)) < len(purposes):
            raise ValueError("two consents have the same purpose")
        return self

    @model_validator(mode="after")
    def check_orders(self) -> "ImportMap":
        """Refuse orders without a day, and amounts without a currency."""
        columns = self.columns
        if (columns.order_id or columns.order_total or columns.order_currency) and not columns.order_date:
            raise ValueError("columns.order_date is needed with order_id, order_total and order_currency")
        if columns.order_total and not (columns.order_currency or self.currency):
            raise ValueError("an amount needs a currency: columns.order_currency, or currency for all")
        return self

    @model_validator(mode="after")
    def check_dates(self) -> "ImportMap":
        """Refuse an unknown time zone, and formats without a day, a month or a year."""
        if find_zone(self.time_zone) is None:
            raise ValueError("time_zone is not a name of the IANA database, such as Europe/Berlin")
        for form in self.dates:
            if form != ISO and not all(sign in form for sign in ("%Y", "%m", "%d")):
                raise ValueError("dates takes iso, or formats with %Y, %m and %d, such as %d.%m.%Y")
        return self


def load_map(path: Path) -> ImportMap:
    """Return a map; raise DefinitionError."""
    return load_definition(path, ImportMap, judge=lambda rules: judge_consents(each.purpose for each in rules.consents))
