"""Customer keys, sealed by the root key. The customer's name is inside the seal: the context must stay constant."""

import hashlib
import io
import secrets
from collections.abc import Sequence
from typing import Any

from aws_encryption_sdk.internal.formatting.deserialize import deserialize_header

from chalicelib.errors import SealBrokenError
from chalicelib.vault.keyring import ROOT_PROVIDER, build_ring, cache_materials, read_file, wrap_secret
from chalicelib.vault.suite import open_message, seal_message

CONTEXT = {"purpose": "key", "version": "1"}
KEY_BYTES = 32


class RootSeal:
    """Seals and opens short secrets by name, through a cache: a few KMS calls per thousand customers."""

    def __init__(self, key_names: Sequence[str], kms: Any, *, walks: bool = False) -> None:
        """`key_names` are KMS ARNs or `file:` names, newest first; `kms` is a boto3 client or None.

        `walks` is for a walk over everybody: data keys last longer and seal more.
        """
        self.materials = cache_materials(build_ring([load_root(name, kms) for name in key_names]), walks=walks)

    def seal_secret(self, name: str, secret: bytes) -> bytes:
        """Seal `secret` so that it opens only under the same name."""
        return seal_message(self.materials, name.encode() + b"\n" + secret, CONTEXT)

    def open_secret(self, name: str, sealed: bytes) -> bytes:
        """Open the secret that was sealed as `name`; raise SealBrokenError or KeyUnavailableError."""
        own_name, _, secret = open_message(self.materials, sealed, CONTEXT).partition(b"\n")
        if own_name != name.encode():
            raise SealBrokenError("another's key")
        return secret


def name_wrapping(sealed: bytes) -> str:
    """Return a short name of the data key under which a secret is sealed: all that share it cost one KMS call."""
    header, _ = deserialize_header(io.BytesIO(sealed))
    (wrapped,) = header.encrypted_data_keys
    return hashlib.sha256(wrapped.encrypted_data_key).hexdigest()[:16]


def make_key() -> bytes:
    """Return a new 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def load_root(name: str, kms: Any) -> Any:
    """Return the root key of this name."""
    if name.startswith("file:"):
        return wrap_secret(read_file(name), name, ROOT_PROVIDER)
    from chalicelib.vault.kms import wrap_root_kms  # local runs never need it

    return wrap_root_kms(name, kms)
