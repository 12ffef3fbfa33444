"""Signatures as https://www.standardwebhooks.com has them (specification 1.0.0), from the sender's side."""

from collections.abc import Sequence

from chalicelib.errors import TargetRefusedError
from chalicelib.senders.signatures import decode_secret, sign_bytes

SHORTEST, LONGEST = 24, 64  # bytes of a key, as the specification asks


def read_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys of a target, `whsec_<base64>` a line, two during a rotation; raise TargetRefusedError."""
    keys = tuple(decode_secret(line.strip().encode()) for line in text.split("\n") if line.strip())
    if not keys:
        raise TargetRefusedError("secret: missing")
    if not all(SHORTEST <= len(key) <= LONGEST for key in keys):
        raise TargetRefusedError("secret: not whsec_ and base64 of 24 to 64 bytes")
    return keys


def sign_event(event_id: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers of one attempt; `timestamp` is its own time, unix seconds. One signature per key."""
    content = b".".join((event_id.encode(), str(timestamp).encode(), body))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{sign_bytes(key, content).decode()}" for key in keys),
    }
