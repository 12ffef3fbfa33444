"""The language of a page, of those that a visitor asks for."""

from collections.abc import Iterable, Mapping
from typing import Any


def choose_language(request: Any, headers: Mapping[str, str], spoken: Iterable[str], own: str) -> str:
    """Return the first language on file of: `?lang=`, Accept-Language, the shop's, the form's first."""
    spoken = tuple(spoken)
    wanted = str((request.query_params or {}).get("lang", ""))
    for language in (wanted, *rank_languages(headers.get("accept-language", "")), own):
        if language in spoken:
            return language
    return spoken[0]


def rank_languages(header: str) -> list[str]:
    """Return the languages of an Accept-Language header (RFC 9110, 12.5.4), best first, also without their regions."""
    weighed = []
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";")
        weighed.append((read_weight(weight), tag.strip()))
    best = [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0]
    return [name for tag in best for name in (tag, tag.partition("-")[0].lower())]


def read_weight(text: str) -> float:
    """Return a q value; 1 where there is none, 0 where it is not a number."""
    name, _, number = text.partition("=")
    if not name.strip():
        return 1.0
    try:
        return min(1.0, max(0.0, float(number)))
    except ValueError:
        return 0.0
