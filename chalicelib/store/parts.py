"""Parts of a transaction, as DynamoDB's client takes them: one row each."""

from collections.abc import Iterable
from typing import Any

from chalicelib.errors import RowTwiceError

Part = dict[str, Any]


def merge_parts(parts: Iterable[Part]) -> list[Part]:
    """Return the parts, of equal ones the first; raise RowTwiceError where one row has two that differ.

    Their order does not say which one is meant: the caller must build one part for each row.
    """
    merged: dict[str, Part] = {}
    for part in parts:
        row = identify_row(part)
        if merged.setdefault(row, part) != part:
            raise RowTwiceError(row.partition("#")[0].partition("\0")[0])
    return list(merged.values())


def identify_row(part: Part) -> str:
    """Return the partition key, the sort key and the table of the row that a part is about."""
    (request,) = part.values()
    key = request.get("Key") or request["Item"]
    sort = key.get("sk") or key.get("number") or {"S": ""}  # `number` sorts the ledger
    return "\0".join((key["pk"]["S"], *sort.values(), request["TableName"]))
