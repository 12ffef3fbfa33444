"""The blind index, which finds a customer without storing an identity: HMAC-SHA-256 of a normalised identity.

Without the secret a reader learns equality and frequency, and nothing else. The hashes have full length, since
suppression and erasure must be exact. Several secrets are live during a rotation: the newest names new rows, and all of
them find rows.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from chalicelib.models import Identity


class BlindIndex:
    """Names identities under every live secret."""

    def __init__(self, live: Mapping[str, bytes]) -> None:
        """`live` holds the secrets by their short id, newest first."""
        self.live = dict(live)

    def name_identity(self, identity: Identity) -> tuple[str, ...]:
        """Return the row names of one identity, newest secret first."""
        text = f"{identity.kind}\n{identity.value}".encode()
        return tuple(f"{short}#{hash_text(secret, text)}" for short, secret in self.live.items())


def hash_text(secret: bytes, text: bytes) -> str:
    """Return the keyed hash as 43 URL-safe characters."""
    digest = hmac.new(secret, text, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def make_secrets() -> dict[str, bytes]:
    """Return the first index secret, by its id."""
    return {"1": secrets.token_bytes(32)}


def add_secret(live: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the secrets with a new one in front."""
    newest = str(max(int(short) for short in live) + 1)
    return {newest: secrets.token_bytes(32), **live}


def pack_secrets(live: Mapping[str, bytes]) -> bytes:
    """Return the secrets as bytes, to be sealed under the root key."""
    return json.dumps({short: secret.hex() for short, secret in live.items()}).encode()


def unpack_secrets(text: bytes) -> dict[str, bytes]:
    """Read what `pack_secrets` wrote."""
    return {short: bytes.fromhex(value) for short, value in json.loads(text).items()}
