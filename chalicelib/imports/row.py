"""The cells of one row, read by the import's map: fields, consents with their evidence, a purchase, stops."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import TypeVar

from chalicelib.forms.network import truncate_address
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.imports.cells import FILE, Columns, ConsentColumn, list_names
from chalicelib.imports.clean import (
    check_moment,
    clean_address,
    clean_amount,
    clean_currency,
    clean_id,
    clean_language,
    clean_number,
    clean_text,
    read_moment,
    start_day,
)
from chalicelib.imports.column_map import ImportMap
from chalicelib.imports.reasons import RowRefusedError
from chalicelib.models import ConsentState, JsonValue, utc_text

Value = TypeVar("Value")
Said = dict[str, JsonValue]


@dataclass(frozen=True)
class Row:
    """The cells of one row. `places` are the positions of the columns that are read, `country` is that of phones."""

    rules: ImportMap
    places: Mapping[str, int]
    cells: tuple[str, ...]
    zone: tzinfo
    country: str
    now: datetime
    file_word: str
    left_out: Counter[str]

    def find_cell(self, columns: Columns | None) -> str:
        """Return the first cell that holds something, or "" for none and for a value that the map lists as empty."""
        cells = (self.read_cell(name) for name in list_names(columns))
        return next((cell for cell in cells if cell.strip().casefold() not in ("", *self.rules.empty)), "")

    def read_cell(self, name: str) -> str:
        """Return the cell of one column; "" where the file, or a row of this kind, has none."""
        if name == FILE:
            return self.file_word
        base, kind = self.rules.find_base(name)
        if base not in self.places or (kind and self.rules.split and self.find_kind(self.rules.split.by) != kind):
            return ""
        return self.cells[self.places[base]]

    def find_kind(self, by: str) -> str:
        """Return what kind of row this is, as the map writes it; "" for a kind that it does not name."""
        cell = self.cells[self.places[by]].strip().casefold() if by in self.places else ""
        kinds = self.rules.split.values if self.rules.split else ()
        return next((kind for kind in kinds if kind.casefold() == cell), "")

    def leave_out(self, detail: str, why: str) -> bool:
        """Count a detail that is left out, where the map says so of its kind; return whether it is."""
        kind = "consents" if detail.startswith("consent ") else "notes" if detail in self.rules.notes else detail
        left = kind in self.rules.leave_out
        self.left_out.update([f"{detail}: {why}"] * left)
        return left

    def clean(self, field: str, cleaner: Callable[[str], Value]) -> Value | None:
        """Clean the cell of one of our fields; None for an empty one. Raise RowRefusedError naming the field."""
        return self.clean_column(field, getattr(self.rules.columns, field), cleaner)

    def clean_column(self, field: str, columns: Columns | None, cleaner: Callable[[str], Value]) -> Value | None:
        """Clean the cell of any column; None also for one that is left out."""
        cell = self.find_cell(columns)
        if not cell:
            return None
        try:
            return cleaner(cell)
        except RefusedValueError as fault:
            if self.leave_out(field, fault.reason):
                return None
            raise RowRefusedError(fault.reason, field) from None

    def read_moment(self, text: str) -> datetime:
        return read_moment(text, self.rules, self.zone, self.now)

    def read_at(self) -> datetime:
        """Return when the row was true: its own date, else the import's."""
        own = self.clean("date", self.read_moment)
        if own is not None:
            return own
        return self.read_day(self.rules.as_of, "as_of")

    def read_day(self, day: date, field: str) -> datetime:
        """Return the first moment of a day of the map, under the same checks as a day of the file."""
        try:
            return check_moment(start_day(day, self.zone), self.now)
        except RefusedValueError as fault:
            raise RowRefusedError(fault.reason, field) from None

    def read_fields(self) -> Said:
        """Return the profile fields that the row fills."""
        found: Said = {
            "name": self.clean("name", clean_text) or self.read_name(),
            "email": self.clean("email", clean_address),
            "phone": self.clean("phone", lambda text: clean_number(text, self.country)),
            "address": self.clean("address", lambda text: clean_text(text, "address")),
            "language": self.clean("language", clean_language),
        }
        return {name: value for name, value in found.items() if value}

    def read_name(self) -> str:
        """Return the first and the last name together."""
        columns = self.rules.columns
        parts = [self.clean_column("name", each, clean_text) for each in (columns.first_name, columns.last_name)]
        return " ".join(part for part in parts if part)

    def read_notes(self) -> Said:
        """Return the other values that the map keeps: they become an entry of the history, and no profile field."""
        found = {
            name: self.clean_column(name, columns, lambda text: clean_text(text, "long_text"))
            for name, columns in self.rules.notes.items()
        }
        return {name: value for name, value in found.items() if value}

    def list_stops(self) -> list[JsonValue]:
        """Return why the row's address must not be mailed again."""
        found = [stop.reason for stop in self.rules.stops if stop.holds(self.find_cell(stop.column))]
        return list(dict.fromkeys(found))

    def judge_consent(self, asked: ConsentColumn) -> bool | None:
        """Return what a consent column says: yes, no or neither; raise RowRefusedError where it is unclear."""
        answer = self.find_cell(asked.column)
        try:
            return asked.judge_answer(answer) if answer else None
        except ValueError:
            raise RowRefusedError("unclear", f"consent {asked.purpose}") from None

    def says_no(self) -> bool:
        """Return whether a consent column holds a no."""
        for asked in self.rules.consents:
            with suppress(RowRefusedError):
                if self.judge_consent(asked) is False:
                    return True
        return False

    def read_consents(self, at: datetime) -> list[Said]:
        """Return the row's consents, one per purpose: where columns differ, the no."""
        judged = [(asked, self.judge_consent(asked)) for asked in self.rules.consents]
        refused = {asked.purpose for asked, given in judged if given is False}
        found: dict[str, Said] = {}
        for asked, given in judged:
            if given is False or (given and asked.purpose not in refused):
                said = self.read_yes(asked) if given else self.read_no(asked, at)
                if said is not None:
                    found.setdefault(asked.purpose, said)
        return list(found.values())

    def read_yes(self, asked: ConsentColumn) -> Said | None:
        """Return a yes with its evidence, or None where it has none and the map leaves such a yes out."""
        detail = f"consent {asked.purpose}"
        moment = self.clean_column(detail, asked.collected_column, self.read_moment)
        if moment is None and self.find_cell(asked.collected_column):
            return None  # unreadable, and left out: the day of the map is for empty cells
        if moment is None and asked.collected is not None:
            moment = self.read_day(asked.collected, detail)
        if moment is None:
            if self.leave_out(detail, "missing"):
                return None
            raise RowRefusedError("missing", detail)
        network = truncate_address(self.find_cell(asked.network_column).strip())
        return write_consent(asked, ConsentState.GIVEN, moment) | ({"network": network} if network else {})

    def read_no(self, asked: ConsentColumn, at: datetime) -> Said:
        """Return a no. It needs no date: without one of its own it takes the map's, else the row's."""
        detail = f"consent {asked.purpose}"
        columns = asked.withdrawn_column or asked.collected_column
        moment = self.clean_column(detail, columns, self.read_moment)
        # Of a shipped map `collected` is the shop's word for each yes; an older day would let an earlier yes win.
        undated = moment is None and asked.withdrawn_column is None and "consents" not in self.rules.leave_out
        if undated and asked.collected is not None:
            moment = self.read_day(asked.collected, detail)
        return write_consent(asked, ConsentState.WITHDRAWN, moment or at)

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
            "id": number or f"{placed.astimezone(self.zone):%Y-%m-%d}",
            "placed_at": utc_text(placed),
            "total": str(total or Decimal(0)),
            "currency": currency if total else "",
        }


def write_consent(asked: ConsentColumn, state: ConsentState, at: datetime) -> Said:
    """Return a consent as the body holds it."""
    return {
        "purpose": asked.purpose,
        "state": state.value,
        "at": utc_text(at),
        "words": asked.words,
        "words_version": asked.version,
        "language": asked.language,
    }
