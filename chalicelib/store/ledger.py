"""The Ledger table: every erasure in the order in which it happened, without a gap. Every key and query of it.

pk      number   holds
entry   1, 2 ..  one erasure as JSON: when, why, whose (a random id), which index rows; each holds the hash of the last
head    0        the last number and its hash

It is only ever appended to. Whoever restores another table replays it before the door opens; names stand in it as
keyed hashes, so it says nothing of anybody to whoever lacks the index secret.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import AwareDatetime

from chalicelib.errors import LedgerBrokenError
from chalicelib.models import Model
from chalicelib.strictjson import dump_json

START = "0" * 64  # what the first entry takes for the hash of the one before it


class Erasure(Model):
    """One entry. `names` are rows of the blind index without `idn#`; `customer` is "" where nothing was held."""

    number: int
    at: AwareDatetime
    request: str
    reason: str
    customer: str
    names: tuple[str, ...]
    previous: str

    def write_text(self) -> str:
        """Return the entry as it is hashed and kept: canonical JSON."""
        return dump_json(self.model_dump(mode="json")).decode()


@dataclass(frozen=True)
class Head:
    """Where the ledger ends."""

    number: int = 0
    hash: str = START


class Ledger:
    """The table through a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        """Take the client and the table's name."""
        self.client = client
        self.table = table

    def read_head(self) -> Head:
        """Read the end of the ledger consistently."""
        key = {"pk": {"S": "head"}, "number": {"N": "0"}}
        row = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return Head() if row is None else Head(int(row["last"]["N"]), row["hash"]["S"])

    def append_entry(self, entry: Erasure) -> list[dict[str, Any]]:
        """Return the transaction parts that append an entry, if the ledger still ends where the entry follows on."""
        text = entry.write_text()
        item = {"pk": {"S": "entry"}, "number": {"N": str(entry.number)}, "entry": {"S": text}}
        put = {"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        return [{"Put": put}, {"Update": self.move_head(entry, hash_entry(text))}]

    def move_head(self, entry: Erasure, new_hash: str) -> dict[str, Any]:
        """Return the update that makes an entry the last one."""
        first = entry.number == 1
        return {
            "TableName": self.table,
            "Key": {"pk": {"S": "head"}, "number": {"N": "0"}},
            "UpdateExpression": "SET #last = :number, #hash = :hash",
            "ConditionExpression": "attribute_not_exists(pk)" if first else "#last = :before AND #hash = :previous",
            "ExpressionAttributeNames": {"#last": "last", "#hash": "hash"},
            "ExpressionAttributeValues": {
                ":number": {"N": str(entry.number)},
                ":hash": {"S": new_hash},
                **({} if first else {":before": {"N": str(entry.number - 1)}, ":previous": {"S": entry.previous}}),
            },
        }

    def read_entry(self, number: int) -> Erasure:
        """Read one entry consistently; raise LedgerBrokenError where there is none: the table was restored alone."""
        key = {"pk": {"S": "entry"}, "number": {"N": str(number)}}
        row = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if row is None:
            raise LedgerBrokenError(f"entry {number} is missing")
        return Erasure.model_validate_json(row["entry"]["S"])

    def list_texts(self) -> Iterator[tuple[int, str]]:
        """Yield (number, text) of every entry, in order, read consistently."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :entry",
            ExpressionAttributeValues={":entry": {"S": "entry"}},
            ConsistentRead=True,
        )
        for page in pages:
            for row in page["Items"]:
                yield int(row["number"]["N"]), row["entry"]["S"]


def hash_entry(text: str) -> str:
    """Return an entry's hash in hex; since the text holds the hash before it, it vouches for all entries so far."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_chain(texts: Iterable[tuple[int, str]], head: Head) -> list[str]:
    """Return what is wrong with a ledger, in words; nothing, when it is whole from the first entry to its head."""
    faults: list[str] = []
    last = Head()
    for number, text in texts:
        entry = Erasure.model_validate_json(text)
        if number != last.number + 1 or entry.number != number:
            faults.append(f"entry {number} follows {last.number}")
        if entry.previous != last.hash:
            faults.append(f"entry {number} does not follow from the one before it")
        last = Head(number, hash_entry(text))
    if last != head:
        faults.append(f"the head says {head.number}, the last entry is {last.number}, or their hashes differ")
    return faults
