"""Values that must show up nowhere readable, in every dress they could wear."""

import base64
import hashlib
import json
import urllib.parse

CANARIES = tuple(f"kanary{number:02d}.Әсел" for number in range(50))


def list_dresses(value: str) -> dict[str, bytes]:
    """Return a value raw, base64 at three offsets, hex, URL-encoded, JSON-escaped and as its SHA-256."""
    raw = value.encode()
    dresses = {
        "raw": raw,
        "hex": raw.hex().encode(),
        "url": urllib.parse.quote(value, safe="").encode(),
        "json": json.dumps(value).strip('"').encode(),
        "sha256": hashlib.sha256(raw).hexdigest().encode(),
        "sha256 bytes": hashlib.sha256(raw).digest(),
        "sha256 base64": base64.b64encode(hashlib.sha256(raw).digest()),
    }
    for offset in range(3):
        coded = base64.b64encode(b"\x00" * offset + raw)
        dresses[f"base64+{offset}"] = coded[4 if offset else 0 : -4]
    return dresses


def find_canaries(text: bytes, canaries: tuple[str, ...] = CANARIES) -> list[tuple[str, str]]:
    """Return (canary, dress) of everything readable in `text`, in any case of its letters."""
    lowered = text.lower()
    return [
        (canary, dress)
        for canary in canaries
        for dress, shape in list_dresses(canary).items()
        if shape in text or shape.lower() in lowered
    ]


def dump_table(rows) -> bytes:
    """Return a table as text with its binary values as they are."""
    parts = []
    for row in rows:
        for name, value in row.items():
            [(_, content)] = value.items()
            parts += [name.encode(), content if isinstance(content, bytes) else str(content).encode()]
    return b"\n".join(parts)
