"""Colours as they stand in a style sheet (`#1d5f50`), their contrast, and the few shades made of the shop's colour."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import StringConstraints

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$", to_lower=True)]
READABLE = 4.5  # contrast of a text to its background, at least (WCAG 2.2, 1.4.3)
CLEAR = 7.0  # the contrast of a colour that is chosen here (WCAG 2.2, 1.4.6)
BLACK, WHITE = "#000000", "#ffffff"


class Ground(NamedTuple):
    """The backgrounds of pages and mails by day, or by night; pages.css and mail.css name the same colours."""

    paper: str
    card: str
    ink: str


DAY = Ground("#f5f2ec", "#ffffff", BLACK)  # the darker of the two papers: what is readable on it is so on both
NIGHT = Ground("#14181a", "#1c2124", WHITE)


@dataclass(frozen=True)
class Palette:
    """The shades of one colour: `on` is text upon it, `tint` a background of text, `edge` the border of a tint."""

    accent: str
    on: str
    tint: str
    edge: str


def measure_contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((measure_luminance(one), measure_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def measure_luminance(colour: str) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white) (WCAG 2.2, relative luminance)."""
    shares = [part / 255 for part in split_colour(colour)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def split_colour(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, each 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix_colours(one: str, other: str, share: float) -> str:
    """Return a colour between two; `share` is how much of `other` it holds, 0 to 1."""
    pairs = zip(split_colour(one), split_colour(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def make_palette(accent: str, ground: Ground) -> Palette:
    """Return the shades of a colour on a ground."""
    on = max((WHITE, mix_colours(accent, BLACK, 0.85)), key=lambda text: measure_contrast(accent, text))
    edge = mix_colours(accent, ground.card, 0.4)
    return Palette(accent, on, mix_colours(accent, ground.card, 0.91), edge)


def is_readable(colour: str, ground: Ground, contrast: float = READABLE) -> bool:
    """Return whether a text in the colour can be read on paper, card and tint, and a text upon it too."""
    shades = make_palette(colour, ground)
    beside = (ground.paper, ground.card, shades.tint, shades.on)
    return all(measure_contrast(colour, other) >= contrast for other in beside)


def find_readable(colour: str, ground: Ground, contrast: float = READABLE) -> str:
    """Return the colour, or the nearest one of its hue that can be read on the ground."""
    mixed = (mix_colours(colour, ground.ink, step / 50) for step in range(51))
    return next(each for each in mixed if is_readable(each, ground, contrast))
