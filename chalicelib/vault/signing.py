"""Signatures that a person can check with the public key alone: ECDSA on P-256 over SHA-256, in DER (FIPS 186-5).

The private half is a KMS key that only signs, or a `file:` key of mode 0600 in local runs.
"""

import hashlib
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.errors import KeyUnavailableError
from chalicelib.vault.keyring import read_file

PublicKey = ec.EllipticCurvePublicKey


class Signer:
    """Signs with one key."""

    def __init__(self, key_name: str, kms: Any) -> None:
        """`key_name` is a KMS ARN or a `file:` name; `kms` is a boto3 client or None."""
        self.key_name = key_name
        self.kms = kms

    def sign_text(self, text: bytes) -> bytes:
        """Return the signature; raise KeyUnavailableError."""
        if self.key_name.startswith("file:"):
            return load_key(self.key_name).sign(text, ec.ECDSA(hashes.SHA256()))
        try:
            answer = self.kms.sign(
                KeyId=self.key_name,
                Message=hashlib.sha256(text).digest(),
                MessageType="DIGEST",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        except (ClientError, BotoCoreError) as fault:
            raise KeyUnavailableError(type(fault).__name__) from None
        return bytes(answer["Signature"])

    def read_public(self) -> PublicKey:
        """Return the public half, for commands of staff: functions may only sign."""
        if self.key_name.startswith("file:"):
            return load_key(self.key_name).public_key()
        der = self.kms.get_public_key(KeyId=self.key_name)["PublicKey"]
        return cast(PublicKey, serialization.load_der_public_key(der))


def is_signed(text: bytes, signature: bytes, key: PublicKey) -> bool:
    """Return whether a signature is that of a text."""
    try:
        key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def load_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Read a local signing key."""
    return cast(ec.EllipticCurvePrivateKey, serialization.load_pem_private_key(read_file(name), None))


def read_pem(text: str) -> PublicKey:
    """Read the public half of a key, in PEM."""
    return cast(PublicKey, serialization.load_pem_public_key(text.encode()))
