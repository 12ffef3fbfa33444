"""One person's records under that person's key. Destroying the key makes all of them unreadable at once."""

import hashlib
import hmac

from aws_encryption_sdk.materials_managers.default import DefaultCryptoMaterialsManager

from chalicelib.vault.keyring import PERSON_PROVIDER, build_ring, wrap_secret
from chalicelib.vault.suite import open_message, seal_message


class PersonSeal:
    """Seals one customer's records; each is bound to its customer, its place and its kind."""

    def __init__(self, customer_id: str, key: bytes) -> None:
        self.customer_id = customer_id
        self.key = key
        ring = build_ring([wrap_secret(key, customer_id, PERSON_PROVIDER)])
        self.materials = DefaultCryptoMaterialsManager(master_key_provider=ring)

    def name_record(self, kind: str, name: str) -> str:
        """Return the id of the record of that name: a keyed hash, so that no row's key tells what it is about."""
        return hmac.new(self.key, f"record\0{kind}\0{name}".encode(), hashlib.sha256).hexdigest()[:32]

    def seal_record(self, record_id: str, kind: str, plaintext: bytes) -> bytes:
        """Seal one record under its id and kind."""
        return seal_message(self.materials, plaintext, self.name_place(record_id, kind))

    def open_record(self, record_id: str, kind: str, sealed: bytes) -> bytes:
        """Open the record of this id and kind; raise SealBrokenError for another record."""
        return open_message(self.materials, sealed, self.name_place(record_id, kind))

    def name_place(self, record_id: str, kind: str) -> dict[str, str]:
        """Return the context that binds a record to its id and kind; it holds opaque ids only."""
        return {"customer": self.customer_id, "record": record_id, "kind": kind, "version": "1"}
