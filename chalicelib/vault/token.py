"""Seals for the holder of a token. The key is derived from the token and stored nowhere: no KMS, no secret kept."""

import hashlib
import hmac

from aws_encryption_sdk.materials_managers.default import DefaultCryptoMaterialsManager

from chalicelib.vault.keyring import build_ring, wrap_secret
from chalicelib.vault.suite import open_message, seal_message

TOKEN_PROVIDER = "regulars-token"  # noqa: S105 - the provider's name
LABEL = b"regulars package key 1"  # separates this key from other values derived from the same token


class TokenSeal:
    """Seals the parts of one package; each is bound to its package, its number, and how many there are."""

    def __init__(self, token: str, name: str) -> None:
        """`token` has 256 random bits; `name` is the name of its row, which does not reveal it."""
        key = hmac.new(token.encode(), LABEL, hashlib.sha256).digest()
        self.name = name
        ring = build_ring([wrap_secret(key, name, TOKEN_PROVIDER)])
        self.materials = DefaultCryptoMaterialsManager(master_key_provider=ring)

    def seal_part(self, number: int, count: int, plaintext: bytes) -> bytes:
        """Seal one part of a package."""
        return seal_message(self.materials, plaintext, self.name_place(number, count))

    def open_part(self, number: int, count: int, sealed: bytes) -> bytes:
        """Open one part; raise SealBrokenError for another part, and for another token's."""
        return open_message(self.materials, sealed, self.name_place(number, count))

    def name_place(self, number: int, count: int) -> dict[str, str]:
        """Return the context that binds a part to its package and number."""
        return {"package": self.name, "part": str(number), "of": str(count), "version": "1"}
