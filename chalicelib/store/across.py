"""Reads of one call each: rows of several tables, and the last rows of a partition."""

from collections.abc import Iterable, Sequence

from chalicelib.store.attributes import Row, dump_expressions, dump_row, load_row
from chalicelib.store.table import READ_BATCH, Table


def read_across(wanted: Iterable[tuple[Table, Sequence[Row]]]) -> dict[str, list[Row]]:
    """Return the rows that exist of some keys, by the names of their tables, read consistently.

    At most READ_BATCH keys, none twice; the tables are of one client.
    """
    asked = [(table, list(keys)) for table, keys in wanted if keys]
    if not asked or sum(len(keys) for _, keys in asked) > READ_BATCH:
        raise ValueError("1 to 100 keys")
    client, waiting = (
        asked[0][0].client,
        {table.name: {"Keys": [dump_row(key) for key in keys], "ConsistentRead": True} for table, keys in asked},
    )
    found: dict[str, list[Row]] = {table.name: [] for table, _ in asked}
    while waiting:
        answer = client.batch_get_item(RequestItems=waiting)
        for name, rows in answer["Responses"].items():
            found[name] += map(load_row, rows)
        waiting = answer.get("UnprocessedKeys") or {}
    return found


def read_newest(table: Table, pk: str, prefix: str = "", *, most: int, before: str = "") -> list[Row]:
    """Return the last rows of one partition, the last one first, read consistently: 1 MB at most.

    With `before`, only rows whose sort key is smaller.
    """
    condition = "pk = :pk" + " AND begins_with(sk, :prefix)" * bool(prefix) + " AND sk < :before" * bool(before)
    given = {"pk": pk, "prefix": prefix, "before": before}
    expressions = dump_expressions({k: v for k, v in given.items() if v}, KeyConditionExpression=condition)
    backwards = {"ConsistentRead": True, "ScanIndexForward": False, "Limit": most}
    return [load_row(row) for row in table.client.query(TableName=table.name, **backwards, **expressions)["Items"]]
