"""The Customers table: people, how to find them, and what must not happen twice. Every key and query of it.

pk                     sk                       holds
cust#<id>              profile                  sealed profile; version counts its changes
cust#<id>              event#<time>#<key>       one sealed submission of the history, by its sender's time
idn#<secret>#<hash>    identity                 the customer that this blind index name belongs to; of a confirmation
                                                link: `item:` and the inbox key of what waits to be confirmed;
                                                `gone` once they were forgotten, and `gone_at` ever after
claim#<hash>           claim                    the inbox key under which a delivery or event id took effect
merge                  <id>#<id>                two customers that may be one person: suggested, never done
audit#<yyyy-mm>        <time>#<random>          who read whose record and why; no personal data
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.errors import RaceLostError
from chalicelib.models import utc_text

DUE_SHARDS = 4
GONE = "gone"
BATCH = 25  # rows that one BatchWriteItem takes
RACES = {"TransactionCanceledException", "TransactionConflictException", "TransactionInProgressException"}


@dataclass(frozen=True)
class SealedProfile:
    """A profile as stored; `version` is 0 for one not stored yet."""

    sealed: bytes
    version: int


@dataclass(frozen=True)
class Owner:
    """Who holds a name or a claim; `id` is "" where they were forgotten. `gone_at` is when that was last, or ""."""

    id: str
    gone_at: str = ""


class Customers:
    """The table through a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        """Take the client and the table's name."""
        self.client = client
        self.table = table

    def find_owners(self, rows: Sequence[str]) -> dict[str, Owner]:
        """Return who owns each identity or claim row that exists, read consistently."""
        owners: dict[str, Owner] = {}
        keys = [{"pk": {"S": row}, "sk": {"S": name_kind(row)}} for row in rows]
        while keys:
            request = {self.table: {"Keys": keys[:100], "ConsistentRead": True}}
            answer = self.client.batch_get_item(RequestItems=request)
            for row in answer["Responses"].get(self.table, []):
                owners[row["pk"]["S"]] = load_owner(row)
            rest = answer.get("UnprocessedKeys", {}).get(self.table, {}).get("Keys", [])
            keys = [*rest, *keys[100:]]
        return owners

    def read_profile(self, customer_id: str) -> SealedProfile | None:
        """Read a customer's profile row consistently."""
        row = self.client.get_item(
            TableName=self.table,
            Key={"pk": {"S": f"cust#{customer_id}"}, "sk": {"S": "profile"}},
            ConsistentRead=True,
        ).get("Item")
        return None if row is None else SealedProfile(row["sealed"]["B"], int(row["version"]["N"]))

    def list_events(self, customer_id: str) -> Iterator[tuple[str, bytes]]:
        """Yield (record id, sealed submission) of a history, oldest first."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :event)",
            ExpressionAttributeValues={
                ":pk": {"S": f"cust#{customer_id}"},
                ":event": {"S": "event#"},
            },
            ConsistentRead=True,
        )
        for page in pages:
            for row in page["Items"]:
                yield row["sk"]["S"], row["sealed"]["B"]

    def write_profile(
        self, customer_id: str, sealed: bytes, old_version: int, due: datetime | None = None
    ) -> dict[str, Any]:
        """Return the transaction part that replaces the profile nobody else changed since `old_version`.

        `due` is the next time this person has a reason to hear from us.
        """
        part: dict[str, Any] = {
            "TableName": self.table,
            "Item": {
                "pk": {"S": f"cust#{customer_id}"},
                "sk": {"S": "profile"},
                "sealed": {"B": sealed},
                "version": {"N": str(old_version + 1)},
                **name_due(customer_id, due),
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if old_version:
            part["ConditionExpression"] = "version = :old"
            part["ExpressionAttributeValues"] = {":old": {"N": str(old_version)}}
        return {"Put": part}

    def write_event(self, customer_id: str, record_id: str, sealed: bytes) -> dict[str, Any]:
        """Return the transaction part that adds one event to a history."""
        return {
            "Put": {
                "TableName": self.table,
                "Item": {
                    "pk": {"S": f"cust#{customer_id}"},
                    "sk": {"S": record_id},
                    "sealed": {"B": sealed},
                },
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def replace_event(self, customer_id: str, record_id: str, sealed: bytes) -> dict[str, Any]:
        """Return the transaction part that writes an event anew which is still there."""
        part = self.write_event(customer_id, record_id, sealed)
        part["Put"]["ConditionExpression"] = "attribute_exists(pk)"
        return part

    def delete_row(self, customer_id: str, sort_key: str) -> dict[str, Any]:
        """Return the transaction part that deletes one row of a person which is still there."""
        key = {"pk": {"S": f"cust#{customer_id}"}, "sk": {"S": sort_key}}
        return {"Delete": {"TableName": self.table, "Key": key, "ConditionExpression": "attribute_exists(pk)"}}

    def write_owner(self, row: str, owner: str, until: datetime | None = None) -> dict[str, Any]:
        """Return the transaction part that gives a free identity or claim row to its owner, for good or `until`."""
        expiry = {"expires_at": {"N": str(int(until.timestamp()))}} if until else {}
        return {
            "Put": {
                "TableName": self.table,
                "Item": {"pk": {"S": row}, "sk": {"S": name_kind(row)}, "owner": {"S": owner}, **expiry},
                "ConditionExpression": "attribute_not_exists(pk) OR #owner = :owner",
                "ExpressionAttributeNames": {"#owner": "owner"},
                "ExpressionAttributeValues": {":owner": {"S": owner}},
            }
        }

    def take_over_name(self, row: str, owner: str, gone_at: str) -> dict[str, Any]:
        """Return the transaction part that gives the name of somebody forgotten at `gone_at` to someone new."""
        return self.change_owner(row, GONE, owner, gone_at, also=" AND gone_at = :gone_at")

    def write_tombstone(self, row: str, owner: str, gone_at: str) -> dict[str, Any]:
        """Return the transaction part that ends whose a name is, and remembers since when: the tombstone."""
        return self.change_owner(row, owner, GONE, gone_at)

    def change_owner(self, row: str, old: str, new: str, gone_at: str, *, also: str = "") -> dict[str, Any]:
        """Return the update of one row's owner under the condition that it still is `old`, and `also` holds."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": {"pk": {"S": row}, "sk": {"S": name_kind(row)}},
                "UpdateExpression": "SET #owner = :new, gone_at = :gone_at",
                "ConditionExpression": f"#owner = :old{also}",
                "ExpressionAttributeNames": {"#owner": "owner"},
                "ExpressionAttributeValues": {
                    ":new": {"S": new},
                    ":old": {"S": old},
                    ":gone_at": {"S": gone_at},
                },
            }
        }

    def block_name(self, row: str, gone_at: str) -> dict[str, Any]:
        """Return the transaction part that makes a tombstone of a name which nobody holds."""
        item = {"pk": {"S": row}, "sk": {"S": name_kind(row)}, "owner": {"S": GONE}, "gone_at": {"S": gone_at}}
        return {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}

    def block_if_free(self, row: str, owner: Owner | None, gone_at: str) -> list[dict[str, Any]]:
        """Return the part that bars a name as read, or lets its tombstone tell a later moment; none for one held."""
        if owner is None:
            return [self.block_name(row, gone_at)]
        if owner.id or owner.gone_at >= gone_at:
            return []
        return [self.change_owner(row, GONE, GONE, gone_at, also=" AND gone_at < :gone_at")]

    def delete_profile(self, customer_id: str, version: int) -> dict[str, Any]:
        """Return the transaction part that ends a profile nobody else changed since `version`."""
        part = self.check_profile(customer_id, version)["ConditionCheck"]
        return {"Delete": part}

    def list_rows(self, customer_id: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a customer, read consistently."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"cust#{customer_id}"}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def write_suggestion(self, one: str, other: str, kind: str) -> dict[str, Any]:
        """Return the transaction part that notes two customers sharing a name of this kind."""
        pair = "#".join(sorted((one, other)))
        item = {"pk": {"S": "merge"}, "sk": {"S": pair}, "kind": {"S": kind}}
        return {"Put": {"TableName": self.table, "Item": item}}

    def list_suggestions(self) -> Iterator[tuple[str, str, str]]:
        """Yield (customer id, customer id, kind of shared name)."""
        for row in self.query_partition("merge"):
            one, other = row["sk"]["S"].split("#")
            yield one, other, row["kind"]["S"]

    def query_partition(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield every row of one partition."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": name}},
        )
        for page in pages:
            yield from page["Items"]

    def write_audit(
        self, at: str, entry_id: str, actor: str, reason: str, customer_id: str, until: datetime
    ) -> dict[str, Any]:
        """Return the transaction part that notes who read whose record and why, kept `until` then.

        `at` is RFC 3339 UTC. Rows are only ever added.
        """
        item = {
            "pk": {"S": f"audit#{at[:7]}"},
            "sk": {"S": f"{at}#{entry_id}"},
            "actor": {"S": actor},
            "reason": {"S": reason},
            "customer": {"S": customer_id},
            "expires_at": {"N": str(int(until.timestamp()))},
        }
        return {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}

    def check_profile(self, customer_id: str, version: int) -> dict[str, Any]:
        """Return the transaction part that fails when the profile changed since it was read at `version`."""
        return {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": {"pk": {"S": f"cust#{customer_id}"}, "sk": {"S": "profile"}},
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": {":version": {"N": str(version)}},
            }
        }

    def query_due(self, week: str, before: str) -> Iterator[dict[str, Any]]:
        """Yield the keys of rows in one partition of the `due` index, due before a time (RFC 3339 UTC)."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="due",
            KeyConditionExpression="due_week = :week AND due_at <= :before",
            ExpressionAttributeValues={":week": {"S": week}, ":before": {"S": before}},
        )
        for page in pages:
            yield from page["Items"]

    def list_partition(self, partition: str, after: str, most: int) -> tuple[list[str], str]:
        """Return the keys of some rows of an index partition that are due after a place, and the place of the last.

        A place is a due time and a key; "" is the beginning, and the end.
        """
        at, _, pk = after.partition(" ")
        name, _, _ = pk.partition("#")
        start = {"due_week": {"S": partition}, "due_at": {"S": at}, "pk": {"S": pk}, "sk": {"S": name}}
        page = self.client.query(
            TableName=self.table,
            IndexName="due",
            KeyConditionExpression="due_week = :partition",
            ExpressionAttributeValues={":partition": {"S": partition}},
            Limit=most,
            **({"ExclusiveStartKey": start} if after else {}),
        )
        last = page.get("LastEvaluatedKey")
        return [row["pk"]["S"] for row in page["Items"]], f"{last['due_at']['S']} {last['pk']['S']}" if last else ""

    def list_due(self, now: datetime, weeks_back: int) -> Iterator[str]:
        """Yield the ids of customers who have had a reason to hear from us since `weeks_back` weeks ago."""
        days = [now - timedelta(weeks=back) for back in range(weeks_back, -1, -1)]
        for week in dict.fromkeys(name_week(day) for day in days):
            for shard in range(DUE_SHARDS):
                for row in self.query_due(f"{week}#{shard}", utc_text(now)):
                    yield row["pk"]["S"].removeprefix("cust#")

    def delete_rows(self, keys: Iterable[dict[str, Any]]) -> None:
        """Delete rows by their keys, twenty-five a call, until DynamoDB has taken them all."""
        waiting = [{"DeleteRequest": {"Key": key}} for key in keys]
        while waiting:
            answer = self.client.batch_write_item(RequestItems={self.table: waiting[:BATCH]})
            waiting = [*answer.get("UnprocessedItems", {}).get(self.table, []), *waiting[BATCH:]]

    def commit_parts(self, parts: Iterable[dict[str, Any]]) -> None:
        """Write all parts or none; raise RaceLostError when a condition failed or a rival was writing."""
        try:
            self.client.transact_write_items(TransactItems=list(parts))
        except ClientError as fault:
            if fault.response["Error"]["Code"] in RACES:
                raise RaceLostError("transaction") from None
            raise


def name_week(moment: datetime) -> str:
    """Return a moment's ISO week in UTC. Weeks, since an index entry that stays in its partition costs nothing."""
    year, week, _ = moment.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02d}"


def name_due(customer_id: str, due: datetime | None) -> dict[str, Any]:
    """Return the index attributes of a due date; none keeps the row out of the index."""
    if due is None:
        return {}
    shard = sum(customer_id.encode()) % DUE_SHARDS
    return {"due_week": {"S": f"{name_week(due)}#{shard}"}, "due_at": {"S": utc_text(due)}}


def load_owner(row: dict[str, Any]) -> Owner:
    """Read a row's typed attributes."""
    owner = row["owner"]["S"]
    return Owner("" if owner == GONE else owner, row.get("gone_at", {}).get("S", ""))


def name_kind(row: str) -> str:
    """Return the sort key that goes with an identity or claim row."""
    return "identity" if row.startswith("idn#") else "claim"


def name_claim(sender: str, shop: str, topic: str, claim: str) -> str:
    """Return the row of a delivery or event id. The ids are not personal; hashing only bounds their length."""
    text = "\n".join((sender, shop, topic, claim)).encode()
    return f"claim#{hashlib.sha256(text).hexdigest()[:40]}"
