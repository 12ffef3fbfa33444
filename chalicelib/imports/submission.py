"""A row by its map, and the Submission that the row becomes.

The body holds everything that settling reads, with the words of the map: neither the map nor the file is needed again.
The body's hash and the import's name identify a row; so the same row counts once.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property

from chalicelib.campaigns.window import find_zone
from chalicelib.imports.clean import clean_id, describe_standin
from chalicelib.imports.column_map import ImportMap
from chalicelib.imports.reasons import RowRefusedError
from chalicelib.imports.row import Row
from chalicelib.models import JsonValue, Submission, Trust, utc_text
from chalicelib.shop.standins import is_standin
from chalicelib.strictjson import dump_json

SENDER = "import"


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one table. `region` (ISO 3166) is for phones without a country code.

    `file_word` is the first word of the file's name; `left_out` counts what was left out of rows, never a value.
    """

    rules: ImportMap
    columns: tuple[str, ...]
    region: str
    now: datetime
    file_word: str = ""
    left_out: Counter[str] = field(default_factory=Counter)

    def make_row(self, cells: tuple[str, ...]) -> Row:
        return Row(self.rules, self.places, cells, self.zone, self.country, self.now, self.file_word, self.left_out)

    @cached_property
    def places(self) -> dict[str, int]:
        """Return the position of each column that is read."""
        return {name: self.columns.index(name) for name in self.rules.named if name in self.columns}

    @cached_property
    def zone(self) -> tzinfo:
        """Return the zone of dates that name none."""
        return find_zone(self.rules.time_zone) or UTC

    def read_row(self, cells: tuple[str, ...]) -> Submission:
        """Return the Submission of a row; raise RowRefusedError."""
        row = self.make_row(cells)
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
        if stops := row.list_stops():  # a row without a stop keeps the body, and so the hash, that it always had
            body["stops"] = stops
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

    def is_read(self, cells: tuple[str, ...]) -> bool:
        """Return whether a row is of a kind that the map reads."""
        split = self.rules.split
        return split is None or self.make_row(cells).find_kind(split.by) in split.values

    def list_standins(self, cells: tuple[str, ...]) -> list[str]:
        """Return, for each number of a customer or a purchase in a row that is none, what it is."""
        row, columns = self.make_row(cells), self.rules.columns
        cells_of = {"customer": row.find_cell(columns.id), "purchase": row.find_cell(columns.order_id)}
        return [describe_standin(owner, cell) for owner, cell in cells_of.items() if cell and is_standin(cell)]

    def says_no(self, cells: tuple[str, ...]) -> bool:
        """Return whether a row, refused or not, holds a withdrawal or a stop."""
        row = self.make_row(cells)
        return row.says_no() or bool(row.list_stops())
