"""The look of the shop, from `chalicelib/own/brand.toml`: name, logo, colour, postal address, opening words.

What the file lacks is as it ships: the name and the address of the settings, a quiet green, no logo. A file with a
mistake changes nothing either: `make check-shop` and `make package` tell it, and a page must not break with it.
"""

import logging
from base64 import b64encode
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from chalicelib.config import Settings
from chalicelib.errors import DefinitionError
from chalicelib.models import Language, Model
from chalicelib.shop import own
from chalicelib.shop.colours import (
    CLEAR,
    DAY,
    NIGHT,
    READABLE,
    Colour,
    Palette,
    find_readable,
    is_readable,
    make_palette,
)
from chalicelib.text import is_hidden

NAME = "brand.toml"
COLOUR, NIGHT_COLOUR = "#1d5f50", "#7fcfb4"  # as it ships
LARGEST_LOGO = 16_384  # bytes: it stands in every page, so that a page is one request
LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}
log = logging.getLogger(__name__)


def check_lines(text: str) -> str:
    """Refuse control characters and direction switches."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if any(is_hidden(sign) for line in lines for sign in line):
        raise ValueError("control character")
    return "\n".join(lines)


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\r\n]*$"), AfterValidator(check_lines)
]
Lines = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(check_lines)]
Opening = Annotated[str, StringConstraints(min_length=1, max_length=160), AfterValidator(check_lines)]
ANY = "en"  # words that are given once stand for every language: the first of a table does


class Brand(Model):
    """The file. A word is given once, or in a table by language whose first one stands for all others.

    `colour` must be readable on the pages; the one by night is made of it unless `night_colour` is given. `logo` is a
    file beside the brand file (SVG, PNG, WebP or JPEG, at most 16 KB), `night_logo` the one for dark pages. `mail_logo`
    is the https address of a picture on the shop's own site: mail programs show no SVG, and none that a mail holds.
    `show_name` is whether the name stands beside the logo. `opening` is a line under the name.
    """

    name: Mapping[Language, Line] = {}
    address: Mapping[Language, Lines] = {}
    opening: Mapping[Language, Opening] = {}
    colour: Colour = COLOUR
    night_colour: Colour | None = None
    logo: str = ""
    night_logo: str = ""
    mail_logo: str = Field("", pattern=r"^(https://[!#-;=?-~]{1,200})?$")
    show_name: bool = True

    @model_validator(mode="before")
    @classmethod
    def spread_words(cls, keys: Any) -> Any:
        """Put a word that is given once into a table of its own."""
        words = {name: {ANY: keys[name]} for name in ("name", "address", "opening") if isinstance(keys.get(name), str)}
        return {**keys, **words}

    @field_validator("colour")
    @classmethod
    def check_colour(cls, colour: str) -> str:
        """Refuse a colour in which a text could not be read, and name the nearest one in which it could."""
        return judge_colour(colour, by_night=False)

    @field_validator("night_colour")
    @classmethod
    def check_night(cls, colour: str | None) -> str | None:
        return judge_colour(colour, by_night=True) if colour else None

    @field_validator("logo", "night_logo")
    @classmethod
    def check_logo(cls, name: str) -> str:
        """Refuse a file that is not there, is no picture, or is too large for every page to hold."""
        if name:
            read_logo(own.FOLDER, name)
        return name

    @cached_property
    def day(self) -> Palette:
        return make_palette(self.colour, DAY)

    @cached_property
    def night(self) -> Palette:
        """Return the shades on dark pages: of the colour for them, else of a lighter one than by day."""
        light = NIGHT_COLOUR if self.colour == COLOUR else find_readable(self.colour, NIGHT, CLEAR)
        return make_palette(self.night_colour or light, NIGHT)


def judge_colour(colour: str, *, by_night: bool) -> str:
    """Return the colour; raise ValueError for one in which a text could not be read."""
    ground = NIGHT if by_night else DAY
    if is_readable(colour, ground):
        return colour
    page = "a dark page" if by_night else "a page"
    near = find_readable(colour, ground)
    raise ValueError(f"its contrast on {page} is under {READABLE} (WCAG 2.2, 1.4.3); {near} is the nearest that passes")


@cache
def read_logo(folder: Path, name: str) -> str:
    """Return a logo as the `data:` address that a page shows; raise ValueError."""
    path = folder / name
    if path.name != name or path.suffix not in LOGOS:
        raise ValueError(f"a logo is a file in the same folder that ends with {', '.join(LOGOS)}")
    if not path.is_file():
        raise ValueError("no such file beside the brand file")
    if (size := path.stat().st_size) > LARGEST_LOGO:
        raise ValueError(f"the file has {size:,} bytes and may have {LARGEST_LOGO:,}")
    return f"data:{LOGOS[path.suffix]};base64,{b64encode(path.read_bytes()).decode()}"


@cache
def load_brand(folder: Path) -> Brand:
    """Return the shop's brand, or what ships where no file is; raise DefinitionError."""
    from chalicelib.definitions import load_definition  # imported here: the door of a webhook reads no definition

    path = folder / NAME
    return load_definition(path, Brand) if path.exists() else Brand()


@cache
def read_brand(folder: Path) -> Brand:
    """Return the shop's brand, or what ships where its file has a mistake."""
    try:
        return load_brand(folder)
    except DefinitionError as fault:
        log.error("brand_unusable", extra={"reason": str(fault)})
        return Brand()


def find_brand() -> Brand:
    return read_brand(own.FOLDER)


def name_shop(settings: Settings, language: str = "") -> str:
    """Return the shop's name in a language."""
    return choose_words(find_brand().name, language) or settings.shop_name


def write_address(settings: Settings, language: str = "") -> str:
    """Return the shop's postal address in a language, in lines."""
    return choose_words(find_brand().address, language) or settings.shop_address


def write_opening(language: str) -> str:
    """Return the shop's opening words in a language, or ""."""
    return choose_words(find_brand().opening, language)


def choose_words(words: Mapping[str, str], language: str) -> str:
    """Return the words in a language, else the first ones, else ""."""
    return words.get(language) or next(iter(words.values()), "")
