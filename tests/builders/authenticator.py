"""A passkey made in Python: what a browser and its authenticator answer (WebAuthn level 3), right or wrong."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One device with one discoverable passkey at most for each desk."""

    def __init__(self, origin="http://localhost:8003", host="localhost"):
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.handle = b""
        self.counter = 0

    def write_client(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def write_data(self, flags):
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.counter.to_bytes(4, "big")

    def make(self, options, flags=PRESENT | VERIFIED):
        """Answer the options of a new passkey; remember whose it is."""
        public = options["publicKey"]
        self.handle = decode(public["user"]["id"])
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = self.write_data(flags | ATTESTED) + bytes(credential)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self.write_client("webauthn.create", public["challenge"])
        return self.answer({"clientDataJSON": encode(client), "attestationObject": encode(attestation)})

    def show(self, options, flags=PRESENT | VERIFIED, kind="webauthn.get"):
        """Answer the options that ask for a passkey."""
        client = self.write_client(kind, options["publicKey"]["challenge"])
        data = self.write_data(flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": self.handle}
        return self.answer({name: encode(part) for name, part in parts.items()})

    def answer(self, response):
        whole = {"id": encode(self.id), "rawId": encode(self.id), "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**whole, "response": response})
