"""The map of an import, from its TOML file: the meaning of each column, and the evidence behind its consent columns.

Every key is documented in docs/import.md; a test holds that page to these models.
"""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from chalicelib.campaigns.window import find_zone
from chalicelib.definitions import Fault, load_definition
from chalicelib.imports.cells import FILE, Answers, Columns, ConsentColumn, Split, StopColumn, list_names
from chalicelib.models import FieldName, Model, Name, OptionalCurrency, OptionalName
from chalicelib.shop.purposes import judge_consents

ISO = "iso"  # 2026-05-01, 2026-05-01T09:00:00+02:00
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]
Detail = Literal["name", "phone", "address", "language", "date", "notes", "consents"]


class KnownColumns(Model):
    """The header's names of the columns that we know; a column that the map does not name is never read."""

    id: Columns | None = None
    email: Columns | None = None
    phone: Columns | None = None
    name: Columns | None = None
    first_name: Columns | None = None
    last_name: Columns | None = None
    address: Columns | None = None
    language: Columns | None = None
    date: Columns | None = None
    order_id: Columns | None = None
    order_date: Columns | None = None
    order_total: Columns | None = None
    order_currency: Columns | None = None


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
    leave_out: tuple[Detail, ...] = ()
    split: Split | None = None
    columns: KnownColumns
    notes: dict[FieldName, Columns] = Field(default_factory=dict)
    consents: tuple[ConsentColumn, ...] = ()
    stops: tuple[StopColumn, ...] = ()

    def list_uses(self) -> Iterator[tuple[str, Columns]]:
        """Yield what the map makes of columns, in words that name none of a file's values, and those columns."""
        yield from self.columns.model_dump(exclude_none=True).items()
        yield from ((f"note {name}", columns) for name, columns in self.notes.items())
        for consent in self.consents:
            yield f"consent {consent.purpose}", consent.column
            if consent.collected_column:
                yield f"when: consent {consent.purpose}", consent.collected_column
            if consent.withdrawn_column:
                yield f"when: no to {consent.purpose}", consent.withdrawn_column
            if consent.network_column:
                yield f"network, truncated: consent {consent.purpose}", consent.network_column
        yield from ((f"stop: {stop.reason}", stop.column) for stop in self.stops)
        if self.split:
            yield "which rows are read", self.split.by

    def find_base(self, name: str) -> tuple[str, str]:
        """Return the file's own name of a column, and the kind of rows that it is of, or ""."""
        for value in self.split.values if self.split else ():
            if name.endswith(f":{value}"):
                return name.removesuffix(f":{value}"), value
        return name, ""

    @property
    def wanted(self) -> tuple[str, ...]:
        """Return every column that the file must have."""
        named = [name for _, columns in self.list_uses() if isinstance(columns, str) for name in [columns]]
        return tuple(dict.fromkeys(self.find_base(name)[0] for name in named if name != FILE))

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Return every column that is read where the file has it."""
        names = [name for _, columns in self.list_uses() for name in list_names(columns)]
        return tuple(dict.fromkeys(self.find_base(name)[0] for name in names if name != FILE))

    @model_validator(mode="after")
    def check_people(self) -> "ImportMap":
        """Refuse a map without a column that identifies a customer, or with one column for two things."""
        columns = self.columns
        if not (columns.id or columns.email or columns.phone):
            raise ValueError("columns must name id, email or phone: nobody could be found otherwise")
        if bool(columns.id) != bool(self.ids_of):
            raise ValueError("ids_of says whose ids columns.id holds (till, webshop ...): give both or neither")
        asked = [(consent.purpose, consent.column) for consent in self.consents]
        if len(set(asked)) < len(asked):
            raise ValueError("two consents have the same purpose and column")
        return self

    @model_validator(mode="after")
    def check_evidence(self) -> "ImportMap":
        """Refuse a yes without evidence, unless the map says that such a yes is left out."""
        for consent in self.consents if "consents" not in self.leave_out else ():
            if not (consent.words and consent.version):
                raise ValueError("a consent needs the words that were shown, and their version")
            if consent.collected is None and consent.collected_column is None:
                raise ValueError("collected or collected_column must say when the answers were given")
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


def load_map(path: Path, given: dict[str, Any] | None = None) -> ImportMap:
    """Return a map, of which `given` are the keys that the file may lack; raise DefinitionError."""
    return load_definition(path, ImportMap, given, judge_purposes)


def judge_purposes(rules: ImportMap) -> list[Fault]:
    """Return the faults of a map's purposes."""
    return judge_consents(each.purpose for each in rules.consents)
