"""A list for an ad platform: hashes in place of a customer's details, and no file of too few customers."""

from collections.abc import Iterable, Mapping

from chalicelib.errors import UnknownPageError
from chalicelib.groups.platforms import LEAST, PLATFORMS
from chalicelib.models import JsonValue, Profile
from chalicelib.store.tours import Tour

Cells = Mapping[str, JsonValue]


def is_hashed(tour: Tour) -> bool:
    """Return whether a list is for an ad platform."""
    return tour.goal in PLATFORMS


def is_too_few(tour: Tour) -> bool:
    """Return whether a list is for an ad platform and has too few customers for a file."""
    return is_hashed(tour) and tour.counts.get("listed", 0) < LEAST


def hash_profile(profile: Profile, tour: Tour) -> dict[str, JsonValue]:
    """Return what the platform of a list is told of a customer."""
    platform = PLATFORMS[tour.goal]
    return dict(zip(platform.headings, platform.write_row(profile), strict=True))


def write_hashes(tour: Tour, kept: Iterable[Cells], *, alone: bool) -> bytes:
    """Return rows of hashes as the platforms read them: UTF-8 without a byte order mark, sorted, so in no order.

    Raise UnknownPageError where a file is `alone` and has too few customers, since some were forgotten meanwhile.
    """
    headings = PLATFORMS[tour.goal].headings
    rows = sorted(",".join(str(cells[heading]) for heading in headings) for cells in kept)
    if alone and len(rows) < LEAST:
        raise UnknownPageError("Too few are left.")
    return "".join(f"{row}\r\n" for row in (",".join(headings), *rows)).encode()
