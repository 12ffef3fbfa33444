"""One DynamoDB table: rows as plain Python values in and out, parts of transactions, and the index of its queues.

Only this room knows DynamoDB's type letters. A name in an expression is written `#name` and a value `:name`: the names
are found in the text, the values are the keyword arguments.

A row that is in a queue has `queue` (which one, with its shard) and `due_at` (RFC 3339 UTC); the index `due` lists a
queue by time. A queue is a sparse index: a row that leaves it costs nothing.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from chalicelib.errors import RaceLostError
from chalicelib.models import utc_text

Row = dict[str, Any]  # a row's attributes; numbers come back as Decimal, binary as bytes
Part = dict[str, Any]  # one part of a transaction, as DynamoDB's client takes it

NEW = "attribute_not_exists(pk)"
THERE = "attribute_exists(pk)"
SHARDS = 4  # of a queue: one partition of an index takes 1,000 writes a second
READ_BATCH, DELETE_BATCH = 100, 25  # keys that one BatchGetItem, rows that one BatchWriteItem takes
RACES = {"TransactionCanceledException", "TransactionConflictException", "TransactionInProgressException"}
NAME = re.compile(r"#(\w+)")
DUMP, LOAD = TypeSerializer(), TypeDeserializer()


class Table:
    """A table through a boto3 DynamoDB client."""

    def __init__(self, client: Any, name: str) -> None:
        """Take the client and the table's name."""
        self.client = client
        self.name = name

    def read_item(self, key: Row, *, consistent: bool = True) -> Row | None:
        """Read one row."""
        answer = self.client.get_item(TableName=self.name, Key=dump_row(key), ConsistentRead=consistent)
        return load_row(answer["Item"]) if "Item" in answer else None

    def read_items(self, keys: Sequence[Row], *, consistent: bool = True) -> Iterator[Row]:
        """Yield the rows that exist of some keys, in any order."""
        waiting = [dump_row(key) for key in keys]
        while waiting:
            request = {self.name: {"Keys": waiting[:READ_BATCH], "ConsistentRead": consistent}}
            answer = self.client.batch_get_item(RequestItems=request)
            yield from (load_row(row) for row in answer["Responses"].get(self.name, []))
            rest = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            waiting = [*rest, *waiting[READ_BATCH:]]

    def query_items(self, pk: str, prefix: str = "", *, consistent: bool = True) -> Iterator[Row]:
        """Yield the rows of one partition whose sort key begins with `prefix`, in its order."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk" + " AND begins_with(sk, :prefix)" * bool(prefix),
            ExpressionAttributeValues=dump_values({"pk": pk} | ({"prefix": prefix} if prefix else {})),
            ConsistentRead=consistent,
        )
        for page in pages:
            yield from (load_row(row) for row in page["Items"])

    def list_queue(self, queue: str, before: str) -> Iterator[Row]:
        """Yield the keys of the rows in one queue that are due by a time (RFC 3339 UTC); the index lags."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            IndexName="due",
            KeyConditionExpression="#queue = :queue AND due_at <= :before",
            ExpressionAttributeNames={"#queue": "queue"},
            ExpressionAttributeValues=dump_values({"queue": queue, "before": before}),
        )
        for page in pages:
            yield from (load_row(row) for row in page["Items"])

    def page_queue(self, queue: str, after: str, most: int) -> tuple[list[Row], str]:
        """Return some rows of a queue, and the cursor of the last one.

        The cursor is `<due_at> <pk>`; empty it means the start, or no more pages. A row's sort key is what stands
        before the first `#` of its partition key, as in all rows that are only in a queue.
        """
        at, _, pk = after.partition(" ")
        start = {"queue": queue, "due_at": at, "pk": pk, "sk": pk.partition("#")[0]}
        page = self.client.query(
            TableName=self.name,
            IndexName="due",
            KeyConditionExpression="#queue = :queue",
            ExpressionAttributeNames={"#queue": "queue"},
            ExpressionAttributeValues=dump_values({"queue": queue}),
            Limit=most,
            **({"ExclusiveStartKey": dump_row(start)} if after else {}),
        )
        last = load_row(page["LastEvaluatedKey"]) if "LastEvaluatedKey" in page else None
        return [load_row(row) for row in page["Items"]], f"{last['due_at']} {last['pk']}" if last else ""

    def put_part(self, row: Row, condition: str = "", **values: Any) -> Part:
        """Return the part that writes a row."""
        return {"Put": {"TableName": self.name, "Item": dump_row(row), **dump_condition(condition, values)}}

    def update_part(self, key: Row, change: str, condition: str = "", **values: Any) -> Part:
        """Return the part that changes a row by an update expression."""
        return {
            "Update": {
                "TableName": self.name,
                "Key": dump_row(key),
                "UpdateExpression": change,
                **dump_condition(condition, values, change),
            }
        }

    def delete_part(self, key: Row, condition: str = "", **values: Any) -> Part:
        """Return the part that deletes a row."""
        return {"Delete": {"TableName": self.name, "Key": dump_row(key), **dump_condition(condition, values)}}

    def check_part(self, key: Row, condition: str, **values: Any) -> Part:
        """Return the part that fails the transaction unless the condition holds."""
        return {"ConditionCheck": {"TableName": self.name, "Key": dump_row(key), **dump_condition(condition, values)}}

    def put_version_part(self, row: Row, old: int) -> Part:
        """Return the part that replaces a row which nobody changed since version `old`; 0 where there is none yet."""
        versioned = {**row, "version": old + 1}
        return self.put_part(versioned, "version = :old", old=old) if old else self.put_part(versioned, NEW)

    def commit_parts(self, parts: Iterable[Part]) -> None:
        """Write all parts or none; raise RaceLostError when a condition failed or a rival was writing."""
        try:
            self.client.transact_write_items(TransactItems=list(parts))
        except ClientError as fault:
            if fault.response["Error"]["Code"] in RACES:
                raise RaceLostError("transaction") from None
            raise

    def delete_items(self, keys: Iterable[Row]) -> None:
        """Delete rows by their keys, until DynamoDB has taken them all."""
        waiting = [{"DeleteRequest": {"Key": dump_row(key)}} for key in keys]
        while waiting:
            answer = self.client.batch_write_item(RequestItems={self.name: waiting[:DELETE_BATCH]})
            waiting = [*answer.get("UnprocessedItems", {}).get(self.name, []), *waiting[DELETE_BATCH:]]


def choose_shard(key: str, shards: int = SHARDS) -> int:
    """Return which shard a key belongs to: the same in every process."""
    return zlib.crc32(key.encode()) % shards


def expire_at(moment: datetime) -> dict[str, int]:
    """Return the attribute by which DynamoDB removes a row after a time, up to two days late."""
    return {"expires_at": int(moment.timestamp())}


def put_in_queue(queue: str, due_at: datetime | str) -> dict[str, str]:
    """Return the attributes that put a row into a queue."""
    return {"queue": queue, "due_at": due_at if isinstance(due_at, str) else utc_text(due_at)}


def name_week(moment: datetime) -> str:
    """Return a moment's ISO week in UTC. Weeks, since an index entry that stays in its partition costs nothing."""
    year, week, _ = moment.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02d}"


def dump_row(row: Mapping[str, Any]) -> Row:
    """Return plain values as DynamoDB's typed attributes."""
    return {name: DUMP.serialize(value) for name, value in row.items()}


def dump_values(values: Mapping[str, Any]) -> Row:
    """Return values under the names that expressions use."""
    return {f":{name}": DUMP.serialize(value) for name, value in values.items()}


def dump_condition(condition: str, values: Mapping[str, Any], change: str = "") -> Row:
    """Return the arguments of a condition, with the names and values that it and a change use."""
    names = NAME.findall(f"{condition} {change}")
    return {
        **({"ConditionExpression": condition} if condition else {}),
        **({"ExpressionAttributeNames": {f"#{name}": name for name in names}} if names else {}),
        **({"ExpressionAttributeValues": dump_values(values)} if values else {}),
    }


def load_row(row: Mapping[str, Any]) -> Row:
    """Return DynamoDB's typed attributes as plain values."""
    return {name: load_value(value) for name, value in row.items()}


def load_value(typed: Any) -> Any:
    """Return one plain value; binary as bytes, which boto3 wraps."""
    value = LOAD.deserialize(typed)
    return value.value if isinstance(value, Binary) else value
