"""Reads of one call each: rows of several tables, and the last rows of a partition."""

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.store.attributes import Row, dump_expressions, dump_row, load_row
from chalicelib.store.table import READ_BATCH, Table


def read_across(wanted: Iterable[tuple[Table, Sequence[Row]]]) -> dict[str, list[Row]]:
    """Return the rows that exist of some keys, by the names of their tables, read consistently.

    No key may stand twice; the tables are of one client. One call for each READ_BATCH keys.
    """
    tables = [(table, keys) for table, keys in wanted if keys]
    asked = [(table, key) for table, keys in tables for key in keys]
    found: dict[str, list[Row]] = {table.name: [] for table, _ in tables}
    for first in range(0, len(asked), READ_BATCH):
        read_batch(asked[first : first + READ_BATCH], found)
    return found


def read_batch(asked: Sequence[tuple[Table, Row]], found: dict[str, list[Row]]) -> None:
    """Add the rows that exist of at most READ_BATCH keys to those that were found."""
    waiting: dict[str, Any] = {}
    for table, key in asked:
        waiting.setdefault(table.name, {"Keys": [], "ConsistentRead": True})["Keys"].append(dump_row(key))
    while waiting:
        answer = asked[0][0].client.batch_get_item(RequestItems=waiting)
        for name, rows in answer["Responses"].items():
            found[name] += map(load_row, rows)
        waiting = answer.get("UnprocessedKeys") or {}


def read_newest(table: Table, pk: str, prefix: str = "", *, most: int, before: str = "") -> list[Row]:
    """Return the last rows of one partition, the last one first, read consistently: 1 MB at most.

    With `before`, only rows whose sort key is smaller.
    """
    condition = "pk = :pk" + " AND begins_with(sk, :prefix)" * bool(prefix) + " AND sk < :before" * bool(before)
    given = {"pk": pk, "prefix": prefix, "before": before}
    expressions = dump_expressions({k: v for k, v in given.items() if v}, KeyConditionExpression=condition)
    backwards = {"ConsistentRead": True, "ScanIndexForward": False, "Limit": most}
    return [load_row(row) for row in table.client.query(TableName=table.name, **backwards, **expressions)["Items"]]
