"""A row by its map, and the Submission that the row becomes.

The body holds everything that settling reads, with the words of the map: neither the map nor the file is needed again.
The body's hash and the import's name identify a row; so the same row counts once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from chalicelib.campaigns.window import find_zone
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.imports.clean import (
    check_moment,
    clean_address,
    clean_amount,
    clean_currency,
    clean_id,
    clean_language,
    clean_number,
    clean_text,
    describe_standin,
    read_moment,
    start_day,
)
from chalicelib.imports.column_map import ConsentColumn, ImportMap
from chalicelib.imports.reasons import RowRefusedError
from chalicelib.models import ConsentState, JsonValue, Submission, Trust, utc_text
from chalicelib.shop.standins import is_standin
from chalicelib.strictjson import dump_json

SENDER = "import"
Value = TypeVar("Value")


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one table. `region` (ISO 3166) is for phones without a country code."""

    rules: ImportMap
    columns: tuple[str, ...]
    region: str
    now: datetime

    @cached_property
    def places(self) -> dict[str, int]:
        """Return the position of each column that is read."""
        return {name: self.columns.index(name) for name in self.rules.wanted}

    @cached_property
    def zone(self) -> tzinfo:
        """Return the zone of dates that name none."""
        return find_zone(self.rules.time_zone) or UTC

    def read_row(self, cells: tuple[str, ...]) -> Submission:
        """Return the Submission of a row; raise RowRefusedError."""
        row = Row(self, cells)
        at = row.read_at()
        body: dict[str, JsonValue] = {
            "at": utc_text(at),
            "id": row.clean("id", clean_id) or "",
            "country": self.country,
            "fields": row.read_fields(),
            "consents": row.read_consents(at),
            "order": row.read_order(),
            "notes": row.read_notes(),
        }
        if not (body["id"] or body["fields"].get("email") or body["fields"].get("phone")):
            raise RowRefusedError("nobody")
        return Submission(
            sender=SENDER,
            shop=self.rules.ids_of,
            topic=self.rules.name,
            trust=Trust.OWN,
            received_at=self.now,
            occurred_at=at,
            body=dump_json(body),
        )

    @property
    def country(self) -> str:
        """Return the country of phones without a country code (ISO 3166)."""
        return self.rules.country or self.region

    def list_standins(self, cells: tuple[str, ...]) -> list[str]:
        """Return, for each number of a customer or a purchase in a row that is none, what it is."""
        row, columns = Row(self, cells), self.rules.columns
        cells_of = {"customer": row.find_cell(columns.id), "purchase": row.find_cell(columns.order_id)}
        return [describe_standin(owner, cell) for owner, cell in cells_of.items() if cell and is_standin(cell)]

    def says_no(self, cells: tuple[str, ...]) -> bool:
        """Return whether a row, refused or not, holds a withdrawal."""
        row = Row(self, cells)
        return any(row.find_cell(each.column).strip().casefold() in each.no for each in self.rules.consents)


@dataclass(frozen=True)
class Row:
    """The cells of one row, by the names of their columns."""

    reader: RowReader
    cells: tuple[str, ...]

    @property
    def rules(self) -> ImportMap:
        return self.reader.rules

    def find_cell(self, column: str | None) -> str:
        """Return a cell, or "" for none and for a value that the map lists as empty."""
        cell = self.cells[self.reader.places[column]] if column else ""
        return "" if cell.strip().casefold() in ("", *self.rules.empty) else cell

    def clean(self, field: str, cleaner: Callable[[str], Value]) -> Value | None:
        """Clean the cell of one of our fields; None for an empty one. Raise RowRefusedError naming the field."""
        return self.clean_column(field, getattr(self.rules.columns, field), cleaner)

    def clean_column(self, field: str, column: str | None, cleaner: Callable[[str], Value]) -> Value | None:
        """Clean the cell of any column."""
        cell = self.find_cell(column)
        if not cell:
            return None
        try:
            return cleaner(cell)
        except RefusedValueError as fault:
            raise RowRefusedError(fault.reason, field) from None

    def read_moment(self, text: str) -> datetime:
        return read_moment(text, self.rules, self.reader.zone, self.reader.now)

    def read_at(self) -> datetime:
        """Return when the row was true: its own date, else the import's."""
        own = self.clean("date", self.read_moment)
        if own is not None:
            return own
        return self.read_day(self.rules.as_of, "as_of")

    def read_day(self, day: date, field: str) -> datetime:
        """Return the first moment of a day of the map, under the same checks as a day of the file."""
        try:
            return check_moment(start_day(day, self.reader.zone), self.reader.now)
        except RefusedValueError as fault:
            raise RowRefusedError(fault.reason, field) from None

    def read_fields(self) -> dict[str, JsonValue]:
        """Return the profile fields that the row fills."""
        found: dict[str, JsonValue] = {
            "name": self.clean("name", clean_text),
            "email": self.clean("email", clean_address),
            "phone": self.clean("phone", lambda text: clean_number(text, self.reader.country)),
            "address": self.clean("address", lambda text: clean_text(text, "address")),
            "language": self.clean("language", clean_language),
        }
        return {name: value for name, value in found.items() if value}

    def read_notes(self) -> dict[str, JsonValue]:
        """Return the other values that the map keeps: they become an entry of the history, and no profile field."""
        found = {
            name: self.clean_column(name, column, lambda text: clean_text(text, "long_text"))
            for name, column in self.rules.notes.items()
        }
        return {name: value for name, value in found.items() if value}

    def read_consents(self, at: datetime) -> list[dict[str, JsonValue]]:
        """Return the row's consents, one per purpose."""
        consents = (self.read_consent(column, at) for column in self.rules.consents)
        return [consent for consent in consents if consent is not None]

    def read_consent(self, asked: ConsentColumn, at: datetime) -> dict[str, JsonValue] | None:
        """Return a yes or a no with its evidence, or None for an empty cell. A no needs no date: it takes the row's."""
        answer = self.find_cell(asked.column).strip().casefold()
        if not answer:
            return None
        field = f"consent {asked.purpose}"
        if answer not in (*asked.yes, *asked.no):
            raise RowRefusedError("unclear", field)
        given = answer in asked.yes
        moment = self.clean_column(field, asked.collected_column, self.read_moment)
        if moment is None and asked.collected is not None:
            moment = self.read_day(asked.collected, field)
        if moment is None and given:
            raise RowRefusedError("missing", field)
        return {
            "purpose": asked.purpose,
            "state": (ConsentState.GIVEN if given else ConsentState.WITHDRAWN).value,
            "at": utc_text(moment or at),
            "words": asked.words,
            "words_version": asked.version,
            "language": asked.language,
        }

    def read_order(self) -> Mapping[str, JsonValue] | None:
        """Return the purchase in the row, or None. A purchase without a number is named by its day."""
        placed = self.clean("order_date", self.read_moment)
        number = self.clean("order_id", clean_id)
        total = self.clean("order_total", lambda text: clean_amount(text, self.rules.decimal))
        currency = self.clean("order_currency", clean_currency) or self.rules.currency
        if placed is None:
            if number or total:
                raise RowRefusedError("missing", "order_date")
            return None
        if total and not currency:
            raise RowRefusedError("missing", "order_currency")
        return {
            "id": number or f"{placed.astimezone(self.reader.zone):%Y-%m-%d}",
            "placed_at": utc_text(placed),
            "total": str(total or Decimal(0)),
            "currency": currency if total else "",
        }
