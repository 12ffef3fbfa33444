"""Rows of the Desk table about passkeys: the public half of each; no secret stands here.

pk                  sk                holds
person#<staff id>   passkey#<hash>    `credential`: id and public key as WebAuthn has them (attested credential
                                      data); `counter` of its uses, `device`, `made`, `used`
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.store.names import hash_bytes
from chalicelib.store.table import NEW, THERE, Part, Row, Table


@dataclass(frozen=True)
class Passkey:
    """One passkey of a member of staff. `name` is the hash of its id, `device` what made it, in words."""

    staff_id: str
    name: str
    credential: bytes
    counter: int
    device: str
    made: datetime
    used: datetime


@dataclass(frozen=True)
class Passkeys:
    """Reads and builds these rows."""

    table: Table

    def read_passkey(self, staff_id: str, credential_id: bytes) -> Passkey | None:
        """Return a member's passkey by its id, or None."""
        row = self.table.read_item(name_passkey(staff_id, hash_bytes(credential_id)))
        return None if row is None else load_passkey(row)

    def list_passkeys(self, staff_id: str) -> list[Passkey]:
        """Return a member's passkeys, the oldest first."""
        rows = self.table.query_items(f"person#{staff_id}", "passkey#")
        return sorted(map(load_passkey, rows), key=lambda each: each.made)

    def write_passkey(
        self, staff_id: str, credential_id: bytes, credential: bytes, counter: int, device: str, now: datetime
    ) -> Part:
        """Return the part that keeps a new passkey."""
        row = {
            **name_passkey(staff_id, hash_bytes(credential_id)),
            "credential": credential,
            "counter": counter,
            "device": device,
            "made": utc_text(now),
            "used": utc_text(now),
        }
        return self.table.put_part(row, NEW)

    def note_use(self, passkey: Passkey, counter: int, now: datetime) -> Part:
        """Return the part that notes a use; it fails where the passkey was removed, or used meanwhile."""
        key = name_passkey(passkey.staff_id, passkey.name)
        change = "SET #counter = :new, #used = :now"
        values = {"new": counter, "old": passkey.counter, "now": utc_text(now)}
        return self.table.update_part(key, change, "#counter = :old", **values)

    def remove_passkey(self, staff_id: str, name: str) -> Part:
        """Return the part that removes a passkey; it fails where there is none."""
        return self.table.delete_part(name_passkey(staff_id, name), THERE)

    def remove_passkeys(self, passkeys: Iterator[Passkey] | list[Passkey]) -> list[Part]:
        """Return the parts that remove some passkeys."""
        return [self.table.delete_part(name_passkey(each.staff_id, each.name)) for each in passkeys]


def name_passkey(staff_id: str, name: str) -> Row:
    return {"pk": f"person#{staff_id}", "sk": f"passkey#{name}"}


def load_passkey(row: Row) -> Passkey:
    """Return a passkey from its row."""
    made, used = (datetime.fromisoformat(row[name]) for name in ("made", "used"))
    return Passkey(
        staff_id=row["pk"].partition("#")[2],
        name=row["sk"].partition("#")[2],
        credential=bytes(row["credential"]),
        counter=int(row["counter"]),
        device=row["device"],
        made=made,
        used=used,
    )
