"""The key files of a local run (mode 0600, ignored by git), and the parameters that the door reads.

They replace KMS: only the key that sealed a record opens it. Deleting them makes every stored record unreadable.
"""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.config import Settings
from chalicelib.senders import SENDERS
from chalicelib.services import Services
from infra.deploy.secrets import put_parameter, write_pem, write_public
from infra.local.environ import SETTLING_KEYS, STAGE
from infra.local.receiver import SECRET, TARGET
from infra.places import LOCAL

KEYS = LOCAL / "keys"


def make_keys() -> None:
    """Make the key files that are missing."""
    KEYS.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, make in MAKERS.items():
        if not (KEYS / name).exists():
            write_secret(KEYS / name, make())


def make_signing() -> bytes:
    """Return a new P-256 private key as PKCS #8 PEM, as KMS's ECC_NIST_P256 would hold."""
    return write_private(ec.generate_private_key(ec.SECP256R1()))


def make_secret() -> bytes:
    return secrets.token_bytes(32)


def make_pem() -> bytes:
    """Return a new RSA-2048 private key as PKCS #8 PEM, as KMS's RSA_2048 would hold."""
    return write_private(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def write_private(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as PKCS #8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def read_public(path: Path) -> bytes:
    """Return the public half of a private key file, in DER (SubjectPublicKeyInfo, as KMS GetPublicKey answers)."""
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def sender_secret(sender: str) -> str:
    """Return the local secret of a sender; it is printed at the start, and useless elsewhere."""
    secret = f"local-{sender}-secret"
    if sender == "webhooks":  # Standard Webhooks: `whsec_` and base64 of a key of at least 24 bytes
        return "whsec_" + base64.b64encode(secret.ljust(24, ".").encode()).decode()
    return secret


def make_secrets(clients: Callable[[str], Any]) -> None:
    """Make the secrets of the Keys table that are missing, as `make deploy` does: few functions have the right to."""
    settings = Settings.model_validate({"stage": STAGE, "root_key": SETTLING_KEYS["ROOT_KEY"]})
    Services(settings, lambda service, *_: clients(service)).keys.make_lacking()


MAKERS = {
    "inbox.pem": make_pem,
    "root.key": make_secret,
    "door.key": make_secret,
    "receipt.pem": make_signing,
}


def publish_parameters(ssm: Any) -> None:
    """Write the door's parameters, and the secret that signs events to the local receiver."""
    public = write_public(SETTLING_KEYS["INBOX_KEY"], read_public(KEYS / "inbox.pem"))
    put_parameter(ssm, STAGE, "door-key", base64.b64encode((KEYS / "door.key").read_bytes()).decode())
    put_parameter(ssm, STAGE, "inbox-public-key", public)
    put_parameter(ssm, STAGE, "receipt-key", write_pem(read_public(KEYS / "receipt.pem")))
    for sender in SENDERS:
        put_parameter(ssm, STAGE, f"senders/{sender}", sender_secret(sender))
    ssm.put_parameter(Name=f"/regulars/{STAGE}/downstream/{TARGET}", Value=SECRET, Type="String", Overwrite=True)
