"""One DynamoDB table: rows as plain Python values in and out, parts of transactions, and the index of its queues.

Only this room uses table keys and expressions; only `attributes` uses DynamoDB's type letters. A name in an
expression is written `#name` and a value `:name`: the names are found in the text, the values are the keyword
arguments.

A row that is in a queue has `queue` (which one, with its shard) and `due_at` (RFC 3339 UTC); the index `due` lists a
queue by time. A queue is a sparse index: a row that leaves it costs nothing.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.errors import RaceLostError
from chalicelib.models import utc_text
from chalicelib.store.attributes import Row as Row
from chalicelib.store.attributes import dump_expressions, dump_row, load_row
from chalicelib.store.parts import Part as Part
from chalicelib.store.parts import merge_parts

NEW = "attribute_not_exists(pk)"
THERE = "attribute_exists(pk)"
SHARDS = 4  # of a queue: one partition of an index takes 1,000 writes a second
READ_BATCH, MOST_BATCH = 100, 25  # keys that one BatchGetItem, rows that one BatchWriteItem takes
RACES = {"TransactionCanceledException", "TransactionConflictException", "TransactionInProgressException"}
REFUSED = "ConditionalCheckFailedException"


class Table:
    """A table through a boto3 DynamoDB client."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def read_item(self, key: Row, *, consistent: bool = True) -> Row | None:
        """Return one row, or None."""
        answer = self.client.get_item(TableName=self.name, Key=dump_row(key), ConsistentRead=consistent)
        return load_row(answer["Item"]) if "Item" in answer else None

    def read_items(self, keys: Sequence[Row], *, consistent: bool = True) -> Iterator[Row]:
        """Yield the rows that exist of some keys, in any order, each once: DynamoDB refuses a key that stands twice."""
        waiting = [dump_row(dict(key)) for key in dict.fromkeys(tuple(key.items()) for key in keys)]
        while waiting:
            request = {self.name: {"Keys": waiting[:READ_BATCH], "ConsistentRead": consistent}}
            answer = self.client.batch_get_item(RequestItems=request)
            yield from (load_row(row) for row in answer["Responses"].get(self.name, []))
            rest = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            waiting = [*rest, *waiting[READ_BATCH:]]

    def query_items(
        self, pk: str, prefix: str = "", *, consistent: bool = True, most: int | None = None
    ) -> Iterator[Row]:
        """Yield the rows, at most `most`, of one partition whose sort key begins with `prefix`, in its order."""
        condition = "pk = :pk" + " AND begins_with(sk, :prefix)" * bool(prefix)
        values = {"pk": pk, "prefix": prefix} if prefix else {"pk": pk}
        request = {"ConsistentRead": consistent, "PaginationConfig": {"MaxItems": most}}
        yield from self.query_pages(request, condition, **values)

    def read_last(self, pk: str) -> Row | None:
        """Return the last row of one partition, read consistently, or None."""
        expressions = dump_expressions({"pk": pk}, KeyConditionExpression="pk = :pk")
        backwards = {"ConsistentRead": True, "ScanIndexForward": False, "Limit": 1}
        answer = self.client.query(TableName=self.name, **backwards, **expressions)
        return load_row(answer["Items"][0]) if answer["Items"] else None

    def scan_keys(self, condition: str, **values: Any) -> Iterator[Row]:
        """Yield the keys of all rows that meet a condition.

        It scans the whole table, which only commands of staff may do.
        """
        expressions = dump_expressions(values, FilterExpression=condition, ProjectionExpression="pk, sk")
        for page in self.client.get_paginator("scan").paginate(TableName=self.name, **expressions):
            yield from (load_row(row) for row in page["Items"])

    def query_index(self, index: str, condition: str, *, most: int | None = None, **values: Any) -> Iterator[Row]:
        """Yield the keys of at most `most` rows of an index, in its order; the index lags."""
        request = {"IndexName": index, "PaginationConfig": {"MaxItems": most}}
        yield from self.query_pages(request, condition, **values)

    def query_pages(self, request: Row, condition: str, **values: Any) -> Iterator[Row]:
        """Yield the rows of every page of a query."""
        expressions = dump_expressions(values, KeyConditionExpression=condition)
        pages = self.client.get_paginator("query").paginate(TableName=self.name, **request, **expressions)
        for page in pages:
            yield from (load_row(row) for row in page["Items"])

    def list_queue(self, queue: str, before: str, most: int | None = None) -> Iterator[Row]:
        """Yield the keys of the rows in one queue that are due by a time (RFC 3339 UTC); the index lags."""
        condition = "#queue = :queue AND due_at <= :before"
        yield from self.query_index("due", condition, most=most, queue=queue, before=before)

    def list_queue_after(self, queue: str, after: str, most: int) -> Iterator[Row]:
        """Yield the keys of rows in one queue that are due at a time or later; the index lags."""
        condition = "#queue = :queue AND due_at >= :after"
        yield from self.query_index("due", condition, most=most, queue=queue, after=after)

    def page_queue(self, queue: str, after: str, most: int) -> tuple[list[Row], str]:
        """Return some rows of a queue, and the cursor of the last one.

        The cursor is `<due_at> <pk>`; an empty one means the start, or no more pages. A row's sort key is the part
        of its partition key before the first `#`, as in all rows that are only in a queue.
        """
        at, _, pk = after.partition(" ")
        start = {"queue": queue, "due_at": at, "pk": pk, "sk": pk.partition("#")[0]}
        page = self.client.query(
            TableName=self.name,
            IndexName="due",
            Limit=most,
            **dump_expressions({"queue": queue}, KeyConditionExpression="#queue = :queue"),
            **({"ExclusiveStartKey": dump_row(start)} if after else {}),
        )
        last = load_row(page["LastEvaluatedKey"]) if "LastEvaluatedKey" in page else None
        return [load_row(row) for row in page["Items"]], f"{last['due_at']} {last['pk']}" if last else ""

    def put_part(self, row: Row, condition: str = "", **values: Any) -> Part:
        """Return the part that writes a row."""
        expressions = dump_expressions(values, ConditionExpression=condition)
        return {"Put": {"TableName": self.name, "Item": dump_row(row), **expressions}}

    def update_part(self, key: Row, change: str, condition: str = "", **values: Any) -> Part:
        """Return the part that changes a row by an update expression."""
        expressions = dump_expressions(values, UpdateExpression=change, ConditionExpression=condition)
        return {"Update": {"TableName": self.name, "Key": dump_row(key), **expressions}}

    def delete_part(self, key: Row, condition: str = "", **values: Any) -> Part:
        """Return the part that deletes a row."""
        expressions = dump_expressions(values, ConditionExpression=condition)
        return {"Delete": {"TableName": self.name, "Key": dump_row(key), **expressions}}

    def check_part(self, key: Row, condition: str, **values: Any) -> Part:
        """Return the part that fails the transaction unless the condition holds."""
        expressions = dump_expressions(values, ConditionExpression=condition)
        return {"ConditionCheck": {"TableName": self.name, "Key": dump_row(key), **expressions}}

    def put_version_part(self, row: Row, old: int) -> Part:
        """Return the part that replaces a row which is still at version `old`; 0 where there is none yet."""
        versioned = {**row, "version": old + 1}
        return self.put_part(versioned, "version = :old", old=old) if old else self.put_part(versioned, NEW)

    def commit_parts(self, parts: Iterable[Part]) -> None:
        """Write all parts or none; raise RaceLostError where a condition failed or another worker was writing.

        DynamoDB refuses two parts for one row: equal ones are written once, and others raise RowTwiceError.
        """
        try:
            self.client.transact_write_items(TransactItems=merge_parts(parts))
        except ClientError as fault:
            if fault.response["Error"]["Code"] in RACES:
                raise RaceLostError("transaction") from None
            raise

    def write_item(self, row: Row, condition: str = "", **values: Any) -> Row | None:
        """Write one row; return None once written, or the present row ({} for none) where the condition failed."""
        show = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if condition else {}
        try:
            self.client.put_item(**self.put_part(row, condition, **values)["Put"], **show)
        except ClientError as fault:
            if fault.response["Error"]["Code"] != REFUSED:
                raise
            refused: Row = dict(fault.response)
            return load_row(refused.get("Item", {}))
        return None

    def change_item(self, key: Row, change: str, condition: str = "", **values: Any) -> bool:
        """Change one row by an update expression; return whether the condition held."""
        try:
            self.client.update_item(**self.update_part(key, change, condition, **values)["Update"])
        except ClientError as fault:
            if fault.response["Error"]["Code"] != REFUSED:
                raise
            return False
        return True

    def delete_item(self, key: Row) -> None:
        """Delete one row, if it is there."""
        self.client.delete_item(TableName=self.name, Key=dump_row(key))

    def delete_items(self, keys: Iterable[Row]) -> None:
        """Delete rows by their keys, until DynamoDB has taken them all."""
        self.send_batches({"DeleteRequest": {"Key": dump_row(key)}} for key in keys)

    def write_items(self, rows: Iterable[Row]) -> None:
        """Write rows without a condition, until DynamoDB has taken them all; no two may have the same key."""
        self.send_batches({"PutRequest": {"Item": dump_row(row)}} for row in rows)

    def send_batches(self, requests: Iterable[Part]) -> None:
        """Send requests, some at a time, until DynamoDB has taken them all."""
        left = iter(requests)
        waiting = list(islice(left, MOST_BATCH))
        while waiting:
            answer = self.client.batch_write_item(RequestItems={self.name: waiting})
            refused = answer.get("UnprocessedItems", {}).get(self.name, [])
            waiting = [*refused, *islice(left, MOST_BATCH - len(refused))]


def choose_shard(key: str, shards: int = SHARDS) -> int:
    """Return which shard a key belongs to: the same in every process."""
    return zlib.crc32(key.encode()) % shards


def expire_at(moment: datetime) -> dict[str, int]:
    """Return the attribute by which DynamoDB removes a row after a time, up to two days late."""
    return {"expires_at": int(moment.timestamp())}


def put_in_queue(queue: str, due_at: datetime | str) -> dict[str, str]:
    """Return the attributes that put a row into a queue."""
    return {"queue": queue, "due_at": due_at if isinstance(due_at, str) else utc_text(due_at)}
