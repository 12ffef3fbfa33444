"""Names of rows that are made of what nobody may find in a table: the hash of a token or of a passkey's id."""

import hashlib
import re
from base64 import urlsafe_b64encode

HASH = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256, base64url without padding


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes, base64url."""
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text, base64url. A token has 256 random bits, so no secret needs to be mixed in."""
    return hash_bytes(text.encode())
