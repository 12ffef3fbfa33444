"""Rows of the Customers table about the owners of names, ids that took effect, and customers who may be one person.

pk                     sk            holds
idn#<secret>#<hash>    identity      the customer who holds this blind index name; of a confirmation link: `item:`
                                     and the inbox key of the item to confirm; `gone` once the customer was forgotten,
                                     and `gone_at` ever after; of a mail's attempt: `mailed`, the index rows of the
                                     address that it went to
claim#<hash>           claim         the inbox key under which a delivery or event id took effect
holds#<hash>           <id>          a customer whose record holds this address or order number, whomever it names
merge                  <id>#<id>     two customers that may be one person: suggested, never done
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.store.table import NEW, Part, Row, Table, expire_at

GONE = "gone"
IDENTITY = "idn#"
MERGE = "merge"


@dataclass(frozen=True)
class Owner:
    """The owner of a name or a claim; `id` is "" for one who was forgotten. `gone_at` is the last erasure, or "".

    `mailed` names the index rows of the address that a mail's attempt went to.
    """

    id: str
    gone_at: str = ""
    mailed: tuple[str, ...] = ()


class Identities:
    """Reads and builds these rows."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def find_owners(self, rows: Sequence[str]) -> dict[str, Owner]:
        """Return who owns each identity or claim row that exists, read consistently."""
        found = self.table.read_items([name_row(row) for row in rows])
        return {row["pk"]: load_owner(row) for row in found}

    def write_owner(self, row: str, owner: str, until: datetime | None = None, mailed: Sequence[str] = ()) -> Part:
        """Return the part that gives a free identity or claim row to its owner, for good or `until`."""
        item = {**name_row(row), "owner": owner, **(expire_at(until) if until else {})}
        item |= {"mailed": " ".join(mailed)} if mailed else {}
        return self.table.put_part(item, f"{NEW} OR #owner = :owner", owner=owner)

    def take_over_name(self, row: str, owner: str, gone_at: str) -> Part:
        """Return the part that gives the name of a customer forgotten at `gone_at` to a new owner."""
        return self.change_owner(row, GONE, owner, gone_at, also=" AND gone_at = :gone_at")

    def write_tombstone(self, row: str, owner: str, gone_at: str) -> Part:
        """Return the part that removes a name's owner, and keeps the time."""
        return self.change_owner(row, owner, GONE, gone_at)

    def release_name(self, row: str, owner: str, gone_at: str) -> Part:
        """Return the part that frees a name which `owner` has; the time of an earlier erasure stays."""
        if gone_at:
            return self.change_owner(row, owner, GONE, gone_at)
        return self.table.delete_part(name_row(row), "#owner = :owner", owner=owner)

    def pass_name(self, row: str, old: str, new: str, gone_at: str) -> Part:
        """Return the part that gives a name from one owner to another."""
        return self.change_owner(row, old, new, gone_at)

    def change_owner(self, row: str, old: str, new: str, gone_at: str, *, also: str = "") -> Part:
        """Return the part that changes one row's owner, if it still is `old` and `also` holds."""
        change = "SET #owner = :new, gone_at = :gone_at"
        return self.table.update_part(name_row(row), change, f"#owner = :old{also}", new=new, old=old, gone_at=gone_at)

    def block_name(self, row: str, gone_at: str) -> Part:
        """Return the part that writes a tombstone for a free name."""
        return self.table.put_part({**name_row(row), "owner": GONE, "gone_at": gone_at}, NEW)

    def block_if_free(self, row: str, owner: Owner | None, gone_at: str) -> list[Part]:
        """Return the part that blocks a name as read, or moves its tombstone to a later time; none for one held."""
        if owner is None:
            return [self.block_name(row, gone_at)]
        if owner.id or owner.gone_at >= gone_at:
            return []
        return [self.change_owner(row, GONE, GONE, gone_at, also=" AND gone_at < :gone_at")]

    def delete_names(self, rows: Iterable[str]) -> None:
        """Delete identity rows that nothing refers to any more."""
        self.table.delete_items(name_row(row) for row in rows)

    def note_holder(self, row: str, customer_id: str) -> Part:
        """Return the part that notes that a customer's record holds an address, by its index row."""
        return self.table.put_part({"pk": name_holds(row), "sk": customer_id})

    def forget_holder(self, row: str, customer_id: str) -> Part:
        """Return the part that deletes such a note."""
        return self.table.delete_part({"pk": name_holds(row), "sk": customer_id})

    def list_holders(self, rows: Iterable[str]) -> tuple[str, ...]:
        """Return the customers whose records hold an address."""
        found = (row["sk"] for name in rows for row in self.table.query_items(name_holds(name)))
        return tuple(dict.fromkeys(found))

    def drop_holder(self, rows: Iterable[str], customer_id: str) -> None:
        """Delete the notes that a customer's record holds these addresses."""
        self.table.delete_items({"pk": name_holds(row), "sk": customer_id} for row in rows)

    def pass_holder(self, rows: Iterable[str], old: str, new: str) -> None:
        """Note for another customer what such notes say of one, and delete those."""
        rows = tuple(rows)
        self.table.write_items({"pk": name_holds(row), "sk": new} for row in rows)
        self.drop_holder(rows, old)

    def write_suggestion(self, first: str, second: str, kind: str) -> Part:
        """Return the part that notes two customers sharing a name of this kind."""
        return self.table.put_part({"pk": MERGE, "sk": "#".join(sorted((first, second))), "kind": kind})

    def list_suggestions(self, most: int | None = None) -> Iterator[tuple[str, str, str]]:
        """Yield (customer id, customer id, kind of shared name), at most `most`."""
        for row in self.table.query_items(MERGE, consistent=False, most=most):
            first, second = row["sk"].split("#")
            yield first, second, row["kind"]

    def delete_suggestions(self, customer_id: str) -> None:
        """Delete the notes that this customer may be the same person as another."""
        pairs = [pair for *pair, _ in self.list_suggestions() if customer_id in pair]
        self.table.delete_items({"pk": MERGE, "sk": "#".join(pair)} for pair in pairs)


def make_row(name: str) -> str:
    """Return the row of a blind index name."""
    return f"{IDENTITY}{name}"


def name_holds(row: str) -> str:
    """Return the partition of the customers whose records hold an address."""
    return f"holds#{row.removeprefix(IDENTITY)}"


def read_name(row: str) -> str:
    """Return the blind index name of a row, as the ledger keeps it."""
    return row.removeprefix(IDENTITY)


def name_row(row: str) -> Row:
    return {"pk": row, "sk": "identity" if row.startswith(IDENTITY) else "claim"}


def name_claim(sender: str, shop: str, topic: str, claim: str) -> str:
    """Return the row of a delivery or event id. The ids are not personal; hashing only bounds their length."""
    text = "\n".join((sender, shop, topic, claim)).encode()
    return f"claim#{hashlib.sha256(text).hexdigest()[:40]}"


def load_owner(row: Row) -> Owner:
    owner = "" if row["owner"] == GONE else row["owner"]
    return Owner(owner, row.get("gone_at", ""), tuple(row.get("mailed", "").split()))
