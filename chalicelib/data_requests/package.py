"""A package: everything held of one person, as a zip, sealed under the result's token.

Its rows are in the Links table, where the door may only read by name: `<name>#0`, `<name>#1` ... beside the link that
announces them, which is written last. Only the token opens it, and we keep only a hash of the token.
"""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

from chalicelib.errors import TooLargeError
from chalicelib.store.links import Link, Links, name_token
from chalicelib.vault.token import TokenSeal

PART_BYTES = 340_000  # of zip in one row; sealing adds half a kilobyte, and a row holds 400 KB
# 4.4 MB: Lambda answers with 6 MB at most, in base64. Packed so, that is the history of some 7,000 events (measured).
MOST_PARTS = 13


def pack_files(files: Mapping[str, bytes], now: datetime) -> bytes:
    """Return a zip of files by name, dated `now` (zip knows no time zone: UTC)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def pick_file(packed: bytes, name: str) -> bytes | None:
    """Return one file of a package, or None for an unknown name."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(name) if name in archive.namelist() else None


def seal_package(token: str, packed: bytes) -> list[bytes]:
    """Return the sealed parts of a package; raise TooLargeError for one that the door could not hand out."""
    count = -(-len(packed) // PART_BYTES)
    if count > MOST_PARTS:
        raise TooLargeError("the package")
    seal = TokenSeal(token, name_token(token))
    return [
        seal.seal_part(number, count, packed[number * PART_BYTES : (number + 1) * PART_BYTES])
        for number in range(count)
    ]


def name_parts(token: str, count: int) -> list[str]:
    """Return the names of a package's rows."""
    return [f"{name_token(token)}#{number}" for number in range(count)]


def read_package(token: str, link: Link, links: Links, now: datetime) -> bytes | None:
    """Return the zip behind a result's link, or None where a part is gone: expired, or its person forgotten.

    Raise TryAgainLaterError, and SealBrokenError for what is not the package of this token.
    """
    seal = TokenSeal(token, name_token(token))
    parts = []
    for number, name in enumerate(name_parts(token, link.parts)):
        sealed = links.read_part(name, now)
        if sealed is None:
            return None
        parts.append(seal.open_part(number, link.parts, sealed))
    return b"".join(parts) if parts else None
