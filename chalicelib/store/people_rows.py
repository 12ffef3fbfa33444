"""Rows of the Customers table below one person: the sealed profile, and the sealed history.

pk           sk                   holds
cust#<id>    profile              sealed profile; `version` counts its changes; in a week's queue while a mail is due
cust#<id>    event#<time>#<key>   one sealed submission of the history, by its sender's time
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.store.table import NEW, SHARDS, THERE, Part, Row, Table, choose_shard, name_week, put_in_queue

PROFILE = "profile"


@dataclass(frozen=True)
class SealedProfile:
    """A profile as stored; `version` is 0 for one not stored yet."""

    sealed: bytes
    version: int


class PeopleRows:
    """Reads and builds these rows."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def read_profile(self, customer_id: str) -> SealedProfile | None:
        """Return a customer's profile, read consistently, or None."""
        row = self.table.read_item(name_row(customer_id, PROFILE))
        return None if row is None else SealedProfile(row["sealed"], int(row["version"]))

    def list_events(self, customer_id: str) -> Iterator[tuple[str, bytes]]:
        """Yield (record id, sealed submission) of a history, oldest first."""
        for row in self.table.query_items(f"cust#{customer_id}", "event#"):
            yield row["sk"], row["sealed"]

    def list_rows(self, customer_id: str) -> Iterator[Row]:
        """Yield every row of a customer, read consistently."""
        yield from self.table.query_items(f"cust#{customer_id}")

    def write_profile(self, customer_id: str, sealed: bytes, old_version: int, due: datetime | None = None) -> Part:
        """Return the part that replaces a profile which is still at `old_version`.

        `due` is when the customer's next mail is due.
        """
        row = {**name_row(customer_id, PROFILE), "sealed": sealed, **name_due(customer_id, due)}
        return self.table.put_version_part(row, old_version)

    def delete_profile(self, customer_id: str, version: int) -> Part:
        """Return the part that deletes a profile which is still at `version`."""
        return self.table.delete_part(name_row(customer_id, PROFILE), "version = :version", version=version)

    def check_profile(self, customer_id: str, version: int) -> Part:
        """Return the part that fails when the profile changed since it was read at `version`."""
        return self.table.check_part(name_row(customer_id, PROFILE), "version = :version", version=version)

    def write_event(self, customer_id: str, record_id: str, sealed: bytes) -> Part:
        """Return the part that adds one event to a history."""
        return self.table.put_part({**name_row(customer_id, record_id), "sealed": sealed}, NEW)

    def replace_event(self, customer_id: str, record_id: str, sealed: bytes) -> Part:
        """Return the part that replaces an event; it fails where the event is gone."""
        return self.table.put_part({**name_row(customer_id, record_id), "sealed": sealed}, THERE)

    def delete_row(self, customer_id: str, sort_key: str) -> Part:
        """Return the part that deletes one row of a person; it fails where the row is gone."""
        return self.table.delete_part(name_row(customer_id, sort_key), THERE)

    def delete_rows(self, customer_id: str) -> None:
        """Delete every row of a customer, without a condition."""
        self.table.delete_items({"pk": row["pk"], "sk": row["sk"]} for row in self.list_rows(customer_id))

    def scan_ids(self) -> Iterator[str]:
        """Yield the id of every customer. It scans the whole table, which only commands of staff may do."""
        for row in self.table.scan_keys("sk = :profile", profile=PROFILE):
            yield row["pk"].removeprefix("cust#")

    def list_due(self, now: datetime, weeks_back: int) -> Iterator[str]:
        """Yield the ids of customers whose mail became due since `weeks_back` weeks ago."""
        days = [now - timedelta(weeks=back) for back in range(weeks_back, -1, -1)]
        for week in dict.fromkeys(name_week(day) for day in days):
            for shard in range(SHARDS):
                for row in self.table.list_queue(f"{week}#{shard}", utc_text(now)):
                    yield row["pk"].removeprefix("cust#")


def name_row(customer_id: str, sort_key: str) -> Row:
    return {"pk": f"cust#{customer_id}", "sk": sort_key}


def name_event(occurred_at: datetime, key: str) -> str:
    """Return the record id of a submission, by its sender's time and its dedupe key."""
    return f"event#{utc_text(occurred_at)}#{key}"


def name_due(customer_id: str, due: datetime | None) -> dict[str, str]:
    """Return the attributes of a due date; none keeps the row out of every queue."""
    return {} if due is None else put_in_queue(f"{name_week(due)}#{choose_shard(customer_id)}", due)
