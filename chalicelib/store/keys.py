"""The Keys table: each customer's data key, sealed by the root key, and two secrets of the service.

pk           holds
cust#<id>    the customer's 256-bit key, sealed; an erasure is the deletion of this row
index        the blind index's secrets, sealed; made on first use
codes        the secret under which the facts of campaigns name orders, sealed; made on first use
walk         the key under which walks over everybody keep what they add up, sealed; made on first use
"""

from chalicelib.store.table import NEW, THERE, Part, Row, Table
from chalicelib.vault.blindindex import add_secret, make_secrets, pack_secrets, unpack_secrets
from chalicelib.vault.root import RootSeal, make_key

INDEX = "index"
CODES = "codes"
WALK = "walk"


class Keys:
    """Reads and builds these rows; the root key seals them."""

    def __init__(self, table: Table, root: RootSeal) -> None:
        self.table = table
        self.root = root

    def read_key(self, customer_id: str) -> bytes | None:
        """Return a customer's key, or None where there is none or it was destroyed."""
        name = f"cust#{customer_id}"
        sealed = self.read_row(name)
        return None if sealed is None else self.root.open_secret(name, sealed)

    def open_key(self, customer_id: str, row: Row) -> bytes:
        """Return a customer's key from its row, which was read with others."""
        return self.root.open_secret(f"cust#{customer_id}", bytes(row["sealed"]))

    def has_key(self, customer_id: str) -> bool:
        """Return whether a customer's key is there, read consistently; the root key is not used."""
        return self.read_row(f"cust#{customer_id}") is not None

    def replace_sealed(self, customer_id: str, old: bytes, new: bytes) -> bool:
        """Replace a sealed key as it was read; return False, and write nothing, where it was destroyed meanwhile."""
        change = "SET sealed = :new"
        return self.table.change_item(name_customer(customer_id), change, "sealed = :old", new=new, old=old)

    def write_key(self, customer_id: str, key: bytes) -> Part:
        """Return the part that gives a new customer their key."""
        name = f"cust#{customer_id}"
        return self.table.put_part({**name_row(name), "sealed": self.root.seal_secret(name, key)}, NEW)

    def check_key(self, customer_id: str) -> Part:
        """Return the part that fails the transaction once a customer's key is gone."""
        return self.table.check_part(name_row(f"cust#{customer_id}"), THERE)

    def delete_key(self, customer_id: str) -> Part:
        """Return the part that destroys a customer's key; it fails the transaction where the key is gone."""
        return self.table.delete_part(name_row(f"cust#{customer_id}"), THERE)

    def read_index(self) -> dict[str, bytes]:
        """Return the blind index's secrets, newest first; the first call ever makes them."""
        sealed = self.read_row(INDEX)
        if sealed is None:
            self.put_secret(INDEX, pack_secrets(make_secrets()), None)
            sealed = self.read_row(INDEX) or b""
        return unpack_secrets(self.root.open_secret(INDEX, sealed))

    def read_codes(self) -> bytes:
        """Return the secret under which the facts of campaigns name orders; the first call ever makes it."""
        return self.read_secret(CODES)

    def read_walk(self) -> bytes:
        """Return the key of what walks over everybody keep; the first call ever makes it."""
        return self.read_secret(WALK)

    def read_secret(self, name: str) -> bytes:
        """Return a secret of the service; the first call ever makes it."""
        sealed = self.read_row(name)
        if sealed is None:
            self.put_secret(name, make_key(), None)
            sealed = self.read_row(name) or b""
        return self.root.open_secret(name, sealed)

    def make_lacking(self) -> list[str]:
        """Make the secrets of the service that are missing; return their names. One that is there is not opened."""
        makers = {INDEX: self.read_index, CODES: self.read_codes, WALK: self.read_walk}
        lacking = [name for name in makers if self.read_row(name) is None]
        for name in lacking:
            makers[name]()
        return lacking

    def rotate_index(self) -> None:
        """Put a new secret in front; rows named under the older ones are still found."""
        old = self.read_row(INDEX)
        self.put_secret(INDEX, pack_secrets(add_secret(self.read_index())), old)

    def put_secret(self, name: str, secret: bytes, old: bytes | None) -> None:
        """Write a secret unless another process wrote it since `old` was read: that one stays."""
        row = {**name_row(name), "sealed": self.root.seal_secret(name, secret)}
        if old is None:
            self.table.write_item(row, NEW)
        else:
            self.table.write_item(row, "sealed = :old", old=old)

    def read_row(self, name: str) -> bytes | None:
        """Return one sealed secret, read consistently, or None."""
        row = self.table.read_item(name_row(name))
        return None if row is None else bytes(row["sealed"])


def name_customer(customer_id: str) -> Row:
    """Return the key of the row that holds a customer's key."""
    return name_row(name_secret(customer_id))


def name_secret(customer_id: str) -> str:
    """Return the name under which a customer's key is sealed."""
    return f"cust#{customer_id}"


def name_row(name: str) -> Row:
    return {"pk": name}
