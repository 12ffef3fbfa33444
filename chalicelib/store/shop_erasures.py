"""Rows of the Customers table about the erasure of all customers of one shop: its progress.

pk               sk       holds
redact#<id>      redact   the shop, since when, the cursor in the queue of reviews, how many customers were erased;
                          until it is over, queue = redact#0 and due_at
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.runs import read_each
from chalicelib.store.table import Part, Row, Table, put_in_queue

QUEUE = "redact#0"
TEXTS = ("shop", "at", "cursor")


@dataclass(frozen=True)
class ShopErasure:
    """The erasure of one shop's customers. `shop` is `sender:shop`; `at` is RFC 3339 UTC.

    `cursor` is its place in the queue of reviews (`RetentionQueue.list_batch`).
    """

    id: str
    shop: str
    at: str
    cursor: str = ""
    forgotten: int = 0
    over: bool = False


@dataclass(frozen=True)
class ShopErasures:
    """Builds and reads these rows."""

    table: Table

    def write_row(self, row: ShopErasure) -> Part:
        """Return the part that writes a row, new or not: a batch that is repeated does no harm."""
        return self.table.put_part(dump_shop_erasure(row))

    def list_due(self, now: datetime) -> Iterator[ShopErasure]:
        """Yield the shop erasures that are not over, each read again: the index lags."""
        keys = ({"pk": key["pk"], "sk": key["sk"]} for key in self.table.list_queue(QUEUE, utc_text(now)))
        yield from read_each(keys, self.read_open, name="shop_erasure", tell=lambda key: str(key["pk"]))

    def read_open(self, key: Row) -> ShopErasure | None:
        """Return a shop erasure that is not over, or None."""
        row = self.table.read_item(key)
        return load_shop_erasure(row) if row is not None and "due_at" in row else None


def start_shop_erasure(request: str, shop: str, at: datetime) -> ShopErasure:
    """Return the row of a shop erasure that has not begun."""
    return ShopErasure(request, shop, utc_text(at))


def dump_shop_erasure(row: ShopErasure) -> Row:
    """Return a row's attributes; a row that is not over is in the queue."""
    return {
        "pk": f"redact#{row.id}",
        "sk": "redact",
        "forgotten": row.forgotten,
        **{name: getattr(row, name) for name in TEXTS},
        **({} if row.over else put_in_queue(QUEUE, row.at)),
    }


def load_shop_erasure(row: Row) -> ShopErasure:
    texts = {name: row[name] for name in TEXTS}
    return ShopErasure(id=row["pk"].removeprefix("redact#"), forgotten=int(row["forgotten"]), **texts)
