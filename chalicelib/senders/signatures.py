"""The three ways in which our senders sign: a digest, Standard Webhooks, and `t=...,v1=...` (Stripe).

Each compares the canonical text that we would have written ourselves: padding variants, stray characters,
other digests and two headers joined into one are then simply different texts. Compared as bytes: `compare_digest`
of two `str` raises TypeError for a non-ASCII header, which would be a 500.
"""

import hmac
import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.errors import InvalidSignatureError

log = logging.getLogger(__name__)

TOLERANCE = 300  # seconds, both ways (Standard Webhooks 1.0.0, "Verifying webhook authenticity")
SECRET_PREFIX = b"whsec_"
LEAST_KEY = 24  # bytes
URL_ALPHABET = bytes.maketrans(b"-_", b"+/")
HEADER_PREFIXES = ("webhook-", "svix-")  # Svix's own senders say `svix-id` for `webhook-id`


def sign_bytes(secret: bytes, content: bytes) -> bytes:
    """Return base64(HMAC-SHA256(secret, content))."""
    return b64encode(hmac.digest(secret, content, "sha256"))


def check_digest(raw: bytes, given: str, secrets: Sequence[bytes], prefix: str = "") -> None:
    """Check `given` = prefix + base64 digest of the body under one of the secrets; raise InvalidSignatureError."""
    expected = [prefix.encode() + sign_bytes(secret, raw) for secret in secrets if secret]
    match_texts([encode_header(given)], expected)


def check_message(raw: bytes, headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime) -> None:
    """Check a Standard Webhooks message (spec 1.0.0); secrets as issued, `whsec_...`; raise InvalidSignatureError."""
    message_id, timestamp, given = (find_header(headers, name) for name in ("id", "timestamp", "signature"))
    check_age(timestamp, now)
    if not message_id or not message_id.isascii():
        raise InvalidSignatureError
    content = b".".join((encode_header(message_id), timestamp.encode(), raw))
    expected = [b"v1," + sign_bytes(key, content) for key in map(decode_secret, secrets) if key]
    signatures = [text for text in list_signatures(given) if text.startswith(b"v1,")]
    match_texts(signatures, expected)


def check_stamp(raw: bytes, given: str, secrets: Sequence[bytes], now: datetime) -> None:
    """Check `t=<unix seconds>,v1=<hex>[,v1=<hex>]` over `<t>.<body>`, several `v1` during a rotation.

    Signatures of other schemes (`v0`) are left out, so that a forger cannot choose a weaker one. Raise
    InvalidSignatureError.
    """
    pairs = [part.partition("=") for part in given.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1:
        raise InvalidSignatureError
    check_age(times[0], now)
    content = b".".join((times[0].encode(), raw))
    expected = [hmac.digest(secret, content, "sha256").hex().encode() for secret in secrets if secret]
    match_texts([encode_header(value) for name, _, value in pairs if name == "v1"], expected)


def find_header(headers: Mapping[str, str], name: str) -> str:
    """Return a Standard Webhooks header by either of its names, or ""."""
    prefix = next((prefix for prefix in HEADER_PREFIXES if f"{prefix}id" in headers), "webhook-")
    return headers.get(prefix + name, "")


def match_texts(given: Sequence[bytes], expected: Sequence[bytes]) -> None:
    """Raise InvalidSignatureError unless some pair matches; all are compared, so that the time taken tells nothing."""
    if not any([hmac.compare_digest(text, right) for text in given for right in expected]):  # a list: no early end
        raise InvalidSignatureError


def encode_header(text: str) -> bytes:
    """Return a header's bytes; what is not ASCII becomes `?`, which no signature contains."""
    return text.encode("ascii", "replace")


def check_age(timestamp: str, now: datetime) -> None:
    """Refuse a time (unix seconds of the attempt) too far from now on either side."""
    plain = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    if not plain or abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise InvalidSignatureError


def list_signatures(given: str) -> list[bytes]:
    """Return the signatures that one header lists between spaces; two headers joined by `, ` are refused."""
    signatures = encode_header(given).split(b" ")
    if any(text.count(b",") != 1 for text in signatures):
        raise InvalidSignatureError
    return signatures


def decode_secret(secret: bytes) -> bytes:
    """Return the key inside `whsec_<base64>`, or b"" where there is none: such a secret matches nothing.

    What copying does to a secret is undone: spaces and quotes around it, the `v1,` of some consoles in front, missing
    padding, the alphabet of URLs. A key of less than 24 bytes (Standard Webhooks 1.0.0) counts as none, and is logged.
    """
    text = secret.strip(b" \t\r\n\"'").removeprefix(b"v1,").removeprefix(SECRET_PREFIX).translate(URL_ALPHABET)
    try:
        key = b64decode(text.rstrip(b"=") + b"=" * (-len(text.rstrip(b"=")) % 4), validate=True)
    except ValueError:
        key = b""
    if len(key) < LEAST_KEY:
        log.error("secret_unusable", extra={"reason": "not whsec_ and base64 of at least 24 bytes"})
        return b""
    return key
