"""Where to look for a person without storing what names them: HMAC-SHA-256 of a normalised identity.

Equality and frequency show; nothing else does, to whoever lacks the secret. Full length, since suppression and
erasure need exactness. Several secrets live side by side during rotation: the newest names new rows, all find.
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
        """Take secrets by their short id, newest first."""
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
    """Return a first generation of index secrets."""
    return {"1": secrets.token_bytes(32)}


def add_secret(live: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the generations with a new one in front: rotation."""
    newest = str(max(int(short) for short in live) + 1)
    return {newest: secrets.token_bytes(32), **live}


def pack_secrets(live: Mapping[str, bytes]) -> bytes:
    """Write the generations for sealing under the root key."""
    return json.dumps({short: secret.hex() for short, secret in live.items()}).encode()


def unpack_secrets(text: bytes) -> dict[str, bytes]:
    """Read what `pack_secrets` wrote."""
    return {short: bytes.fromhex(value) for short, value in json.loads(text).items()}
