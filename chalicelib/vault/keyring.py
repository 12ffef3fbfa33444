"""Wrapping keys in an ordered ring: the first seals, and all open. A rotation adds a key in front.

A key is named by its KMS ARN, or by `file:PATH` in local runs (a key file of mode 0600). Both give the same ring.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_encryption_sdk.caches.local import LocalCryptoMaterialsCache
from aws_encryption_sdk.exceptions import DecryptKeyError
from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.base import (
    MasterKey,
    MasterKeyProvider,
    MasterKeyProviderConfig,
)
from aws_encryption_sdk.key_providers.raw import RawMasterKey, RawMasterKeyConfig
from aws_encryption_sdk.materials_managers.caching import CachingCryptoMaterialsManager

INBOX_PROVIDER = "regulars-inbox"
ROOT_PROVIDER = "regulars-root"
PERSON_PROVIDER = "regulars-person"

SECONDS_PER_KEY = 300.0  # a data key seals for at most five minutes
MESSAGES_PER_KEY = 1_000  # and at most a thousand messages: one KMS call opens them all
CACHED_KEYS = 500
# In a walk over everybody, which lasts a quarter of an hour at most, one KMS call opens twice as many.
SECONDS_OF_WALK = 900.0
MESSAGES_IN_WALK = 2_000
CACHED_IN_WALK = 2_000


class KeyRing(MasterKeyProvider):
    """Seals under its first key, opens under the key that wrapped the message's data key."""

    provider_id = "regulars-ring"
    _config_class = MasterKeyProviderConfig

    def __init__(self, **kwargs: Any) -> None:
        """Start empty: `hold_keys` fills it (the SDK's base class owns the constructor's signature)."""
        self.keys: tuple[MasterKey, ...] = ()

    def hold_keys(self, keys: Sequence[MasterKey]) -> "KeyRing":
        self.keys = tuple(keys)
        return self

    def master_keys_for_encryption(
        self, encryption_context: Any, plaintext_rostream: Any, plaintext_length: Any = None
    ) -> tuple[MasterKey, set[MasterKey]]:
        """Return the newest key alone: each message has one encrypted data key."""
        return self.keys[0], {self.keys[0]}

    def decrypt_data_key(self, encrypted_data_key: Any, algorithm: Any, encryption_context: Any) -> Any:
        """Open with the key that wrapped it; refuse keys that are not on the ring."""
        for key in self.keys:
            if key.owns_data_key(encrypted_data_key):
                return key.decrypt_data_key(encrypted_data_key, algorithm, encryption_context)
        raise DecryptKeyError("no key of this ring")

    def _new_master_key(self, key_id: bytes) -> MasterKey:
        """Refuse every key: the ring opens with the keys that it was given, never with a key that a message names."""
        raise DecryptKeyError("no key of this ring")


def build_ring(keys: Sequence[MasterKey]) -> KeyRing:
    return KeyRing().hold_keys(keys)


def cache_materials(ring: MasterKeyProvider, *, walks: bool = False) -> CachingCryptoMaterialsManager:
    """Reuse data keys within the bounds above. The cache hits only while the encryption context is constant."""
    return CachingCryptoMaterialsManager(
        master_key_provider=ring,
        cache=LocalCryptoMaterialsCache(CACHED_IN_WALK if walks else CACHED_KEYS),
        max_age=SECONDS_OF_WALK if walks else SECONDS_PER_KEY,
        max_messages_encrypted=MESSAGES_IN_WALK if walks else MESSAGES_PER_KEY,
    )


def wrap_secret(secret: bytes, key_id: str, provider: str) -> RawMasterKey:
    """Make a master key of a 256-bit secret."""
    wrapping = WrappingKey(
        wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
        wrapping_key=secret,
        wrapping_key_type=EncryptionKeyType.SYMMETRIC,
    )
    return RawMasterKey(config=RawMasterKeyConfig(key_id=key_id.encode(), provider_id=provider, wrapping_key=wrapping))


def wrap_rsa(pem: bytes, key_id: str, kind: EncryptionKeyType) -> RawMasterKey:
    """Make a master key of one half of an RSA key, in PEM; OAEP with SHA-256 throughout, as KMS does it."""
    wrapping = WrappingKey(
        wrapping_algorithm=WrappingAlgorithm.RSA_OAEP_SHA256_MGF1,
        wrapping_key=pem,
        wrapping_key_type=kind,
    )
    return RawMasterKey(
        config=RawMasterKeyConfig(key_id=key_id.encode(), provider_id=INBOX_PROVIDER, wrapping_key=wrapping)
    )


def read_file(name: str) -> bytes:
    """Read a `file:` key; refuse one that others on the machine could read."""
    path = Path(name.removeprefix("file:"))
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path.name}: a key file must have mode 0600")
    return path.read_bytes()
