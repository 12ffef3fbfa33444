"""A person's row as stored: its names and numbers beside what is sealed, and its way to attributes and back."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.errors import OversizeError
from chalicelib.store.table import Row

SHAPE = 2  # of the rows that this version writes
MOST_SEALED = 390_000  # bytes of one row's sealed part: DynamoDB takes 400 KB with all attributes


@dataclass(frozen=True)
class StoredRow:
    """A row as stored; `version` is 0 for one not stored yet. `names` and `sources` are index rows.

    `joined` is the id of the record that stands for this one, or "". `numbers` are index rows of an order's number.
    """

    sealed: bytes
    version: int
    shape: int
    names: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    joined: str = ""
    numbers: tuple[str, ...] = ()


def name_row(customer_id: str, sort_key: str) -> Row:
    return {"pk": f"cust#{customer_id}", "sk": sort_key}


def dump_stored(customer_id: str, sort_key: str, row: StoredRow) -> Row:
    """Return a row's attributes, but for its version; raise OversizeError."""
    lists = {"names": row.names, "sources": row.sources, "joined": (row.joined,) if row.joined else ()}
    lists["numbers"] = row.numbers
    return {
        **dump_event(customer_id, sort_key, row.sealed),
        **{name: " ".join(rows) for name, rows in lists.items() if rows},
    }


def dump_event(customer_id: str, sort_key: str, sealed: bytes) -> Row:
    """Return the attributes of a sealed row; raise OversizeError before DynamoDB would refuse the row."""
    if len(sealed) > MOST_SEALED:
        raise OversizeError(sort_key.partition("#")[0])
    return {**name_row(customer_id, sort_key), "sealed": sealed, "shape": SHAPE}


def load_stored(row: Row) -> StoredRow:
    return StoredRow(
        sealed=row["sealed"],
        version=int(row.get("version", 0)),
        shape=int(row["shape"]),
        names=split_rows(row.get("names", "")),
        sources=split_rows(row.get("sources", "")),
        joined=str(row.get("joined", "")),
        numbers=split_rows(row.get("numbers", "")),
    )


def split_rows(text: str) -> tuple[str, ...]:
    """Return the index rows in an attribute."""
    return tuple(text.split())


def find_names(row: Row) -> Sequence[str]:
    """Return the index rows that any row of a customer names."""
    return split_rows(str(row.get("names", "")))


def find_numbers(row: Row) -> Sequence[str]:
    """Return the index rows of the number of an order's row."""
    return split_rows(str(row.get("numbers", "")))
