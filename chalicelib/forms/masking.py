"""What the page after a post repeats of an answer: enough to recognise it, too little for a person who looks over."""

from unicodedata import category

MASK = "***"
LONGEST = 60  # characters of a text that are repeated


def mask_email(address: str) -> str:
    """Return the first sign before the @ and the domain, e.g. `a***@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}{MASK}@{domain}"


def mask_phone(number: str) -> str:
    """Return the last two digits, e.g. `***67`."""
    digits = "".join(sign for sign in number if sign.isdecimal())
    return f"{MASK}{digits[-2:]}"


def mask_name(name: str) -> str:
    """Return the first letter with its marks, e.g. `A***`: a Hindi or Bengali letter is several signs."""
    end = next((place for place, sign in enumerate(name) if place and category(sign)[0] != "M"), len(name))
    return f"{name[:end]}{MASK}"


def shorten_text(text: str) -> str:
    """Return the beginning of a text as one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
