"""The queue of pre-orders that are to be handed over, by the day on which each is needed.

The row of the entry itself (`store.people_rows`) is in the queue, so a pre-order needs no second row. It leaves the
queue when it is shipped, handed over or withdrawn, and with its row when the customer is forgotten.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.store.table import Part, Row, Table

HANDOVERS = "handovers#0"  # a shop has few


@dataclass(frozen=True)
class Handovers:
    """Reads and builds what concerns this queue."""

    table: Table

    def end_handover(self, customer_id: str, sort_key: str) -> Part:
        """Return the part that takes a pre-order out of the queue; it fails where another did so first."""
        change, condition = "REMOVE #queue, due_at", "#queue = :queue"
        return self.table.update_part(name_entry(customer_id, sort_key), change, condition, queue=HANDOVERS)

    def end_waiting(self, customer_id: str, sort_keys: Iterable[str]) -> list[Part]:
        """Return the parts that take those of some entries out of the queue which are in it."""
        return [self.end_handover(customer_id, key) for key in self.find_waiting(customer_id, sort_keys)]

    def find_waiting(self, customer_id: str, sort_keys: Iterable[str]) -> list[str]:
        """Return those of some entries that are still to be handed over, read consistently."""
        found = self.table.read_items([name_entry(customer_id, key) for key in sort_keys])
        return [row["sk"] for row in found if row.get("queue") == HANDOVERS]

    def list_waiting(self, most: int) -> list[tuple[str, str, str]]:
        """Return customer id, sort key and day of what waits, the first needed first; the index lags.

        What a record has that another stands for, or that was forgotten, is left out: one query, and a batch for each
        hundred customers.
        """
        rows = list(self.table.list_queue(HANDOVERS, "9999", most))
        cores = dict.fromkeys(row["pk"] for row in rows)
        there = {row["pk"] for row in self.table.read_items([{"pk": pk, "sk": "core"} for pk in cores]) if is_own(row)}
        return [(row["pk"].partition("#")[2], row["sk"], row["due_at"]) for row in rows if row["pk"] in there]


def is_own(core: Row) -> bool:
    """Return whether no other record stands for this one."""
    return not core.get("joined")


def name_entry(customer_id: str, sort_key: str) -> Row:
    return {"pk": f"cust#{customer_id}", "sk": sort_key}
