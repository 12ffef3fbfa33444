"""The Inbox table: what was accepted and waits, and the tombstones that remember it. Every key and query of it.

pk           the dedupe key: keyed hash of sender, shop, topic, idempotency key and body
state        new -> settled | duplicate | parked;  quarantined -> new (released);
             new -> unconfirmed -> settled | refused (a form that asks for double opt-in; `unconfirmed`)
sealed       the submission, sealed to the inbox public key; gone once settled
attempt      random per accept call, kept on the tombstone: tells our own retry from a rival
pending      sparse index: new#0..3 for the sweeper, parked, quarantined, a `Wait`; absent when settled
received_at  RFC 3339 UTC, sorts the index
reason       why it was parked: a code, never content
expires_at   epoch seconds; quarantined and unconfirmed items only
ask_at       when to ask for confirmation next, or when that was done; unconfirmed items only
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import TooLargeError, TryAgainLaterError
from chalicelib.models import utc_text
from chalicelib.shop.periods import KEEP_QUARANTINE

SHARDS = 4


class State(StrEnum):
    """Where an inbox item stands."""

    NEW = "new"
    SETTLED = "settled"
    DUPLICATE = "duplicate"
    NOBODY = "nobody"  # about a person whom we do not know, or no longer
    UNCONFIRMED = "unconfirmed"  # waits for a yes by mail; nobody's until then
    REFUSED = "refused"  # the mailbox's owner said no
    PARKED = "parked"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class InboxItem:
    """One row; `sealed` is empty on a tombstone."""

    key: str
    state: State
    sealed: bytes
    received_at: str
    reason: str = ""
    pending: str = ""
    ask_at: str = ""


class Inbox:
    """The table through a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        """Take the client and the table's name."""
        self.client = client
        self.table = table

    def put_item(self, key: str, sealed: bytes, *, attempt: str, received_at: datetime, suspect: bool) -> bool:
        """Keep a sealed submission: one conditional put, the durable write and the dedupe in one.

        Return True when it is kept as new, False when the key was there already. A put whose reply was lost and
        that the SDK repeated finds its own row: the attempt id tells. Raise TryAgainLaterError when not kept.
        """
        state = State.QUARANTINED if suspect else State.NEW
        item = {
            "pk": {"S": key},
            "state": {"S": state.value},
            "sealed": {"B": sealed},
            "attempt": {"S": attempt},
            "received_at": {"S": utc_text(received_at)},
            "pending": {"S": state.value if suspect else name_shard(key)},
        }
        if suspect:
            item["expires_at"] = {"N": str(int((received_at + KEEP_QUARANTINE).timestamp()))}
        try:
            self.client.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as fault:
            return explain_refusal(fault, attempt)
        except BotoCoreError as fault:
            raise TryAgainLaterError("Not kept: please send it again.") from fault
        return True

    def read_item(self, key: str) -> InboxItem | None:
        """Read one row consistently."""
        row = self.client.get_item(TableName=self.table, Key={"pk": {"S": key}}, ConsistentRead=True).get("Item")
        return None if row is None else load_item(row)

    def list_pending(self, partition: str, before: str = "9999", most: int = 1_000) -> Iterator[str]:
        """Yield keys of one index partition (`new#0`, `parked`, `quarantined`), oldest first."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="pending",
            KeyConditionExpression="pending = :partition AND received_at < :before",
            ExpressionAttributeValues={":partition": {"S": partition}, ":before": {"S": before}},
            PaginationConfig={"MaxItems": most},
        )
        for page in pages:
            for row in page["Items"]:
                yield row["pk"]["S"]

    def park_item(self, key: str, reason: str) -> None:
        """Set aside what cannot be settled, content and all, until a person looks at it."""
        self.move_item(key, State.NEW, State.PARKED, "parked", reason)

    def release_item(self, key: str, state: State) -> None:
        """Send a parked or quarantined item back to be settled."""
        self.move_item(key, state, State.NEW, name_shard(key), "released")

    def move_item(self, key: str, old: State, new: State, partition: str, reason: str) -> None:
        """Change the state of an item that still has its content; a rival's change wins silently."""
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"pk": {"S": key}},
                UpdateExpression="SET #state = :new, pending = :partition, reason = :reason REMOVE expires_at",
                ConditionExpression="#state = :old",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":new": {"S": new.value},
                    ":old": {"S": old.value},
                    ":partition": {"S": partition},
                    ":reason": {"S": reason},
                },
            )
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def write_tombstone(self, key: str, state: State, now: datetime, old: State = State.NEW) -> dict[str, Any]:
        """Return the transaction part that settles an item: content gone, key remembered for ever."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": {"pk": {"S": key}},
                "UpdateExpression": "SET #state = :state, settled_at = :now "
                "REMOVE sealed, pending, reason, expires_at, ask_at",
                "ConditionExpression": "#state = :old",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {
                    ":state": {"S": state.value},
                    ":old": {"S": old.value},
                    ":now": {"S": utc_text(now)},
                },
            }
        }

    def settle_without_effect(self, key: str, state: State, now: datetime) -> None:
        """Settle an item that has no effect: a duplicate, or one about nobody we know."""
        update = self.write_tombstone(key, state, now)["Update"]
        try:
            self.client.update_item(**update)
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def name_shard(key: str) -> str:
    """Return the sweeper's partition of a key: four, so that one hot partition does not bound accepting."""
    return f"{State.NEW.value}#{zlib.crc32(key.encode()) % SHARDS}"


def name_shards() -> list[str]:
    """Return every partition that the sweeper reads."""
    return [f"{State.NEW.value}#{shard}" for shard in range(SHARDS)]


def load_item(row: dict[str, Any]) -> InboxItem:
    """Read a row's typed attributes."""
    return InboxItem(
        key=row["pk"]["S"],
        state=State(row["state"]["S"]),
        sealed=row.get("sealed", {}).get("B", b""),
        received_at=row["received_at"]["S"],
        reason=row.get("reason", {}).get("S", ""),
        pending=row.get("pending", {}).get("S", ""),
        ask_at=row.get("ask_at", {}).get("S", ""),
    )


def explain_refusal(fault: ClientError, attempt: str) -> bool:
    """Tell our own repeated put (kept: True) from a rival's (False) and from a put that failed (raises)."""
    code = fault.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        row: Any = fault.response.get("Item", {})
        return bool(row.get("attempt", {}).get("S") == attempt)
    if code == "ValidationException":  # the one thing DynamoDB can object to here is a row over 400 KB
        raise TooLargeError("The submission is too large.") from fault
    raise TryAgainLaterError("Not kept: please send it again.") from fault
