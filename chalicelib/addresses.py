"""The forms of an e-mail address: as typed, as kept, as the blind index has it, as SES takes it.

Each function returns "" for an address that it cannot use. None uses the network.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

import idna

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

ASCII_UPPER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
SPACES = re.compile(r"\s")


def keep_email(typed: str) -> str:
    """Return exactly one address as it is kept, with its domain in lower case, or "".

    The address is checked as typed, before any normalisation: NFC turns the Kelvin sign into K, and one person's
    address would become another's. The local part must be ASCII: SES takes no SMTPUTF8.
    """
    address = parse_email(typed.strip())
    return address.normalized if address else ""


@lru_cache(maxsize=1_000)
def normalise_email(address: str) -> str:
    """Return the address as the blind index has it, or "" (version n1: changing this is an index rotation).

    NFC; ASCII letters lower-cased (never `str.lower`, which equates the Kelvin sign with k); the domain in IDNA 2008.
    Plus tags and dots stay: they may be different people. A sign that NFC turns into an ASCII letter (U+212A, the
    Kelvin sign, is one) makes the address unusable: it must never be indexed as its ASCII look-alike.
    """
    text = normalize("NFC", address.strip())
    local, at, domain = text.rpartition("@")
    if not at or not local or SPACES.search(text) or has_look_alike(address):
        return ""
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
    return f"{local.translate(ASCII_UPPER)}@{ascii_domain}"


def encode_email(kept: str) -> str:
    """Return exactly one address as SES takes it, its domain in punycode, or ""."""
    address = parse_email(kept)
    return (address.ascii_email or "") if address else ""


def parse_email(text: str) -> "ValidatedEmail | None":
    """Return one address that reads as it looks, or None."""
    # Imported here: a survey without an address, and every webhook, do not need it.
    from email_validator import EmailNotValidError, validate_email

    try:
        address = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    local, _, domain = text.rpartition("@")
    encoded_word = local.startswith("=?")  # RFC 2047: a mail program may decode it into another address
    return None if encoded_word or is_disguised(domain, (address.domain, address.ascii_domain)) else address


def is_disguised(domain: str, understood: tuple[str, ...]) -> bool:
    """Return whether a domain is not read as it looks: full-width letters, ligatures, soft hyphens, the Kelvin sign.

    IDNA mapping (UTS 46) drops or replaces these silently.
    """
    if any(not sign.isascii() and normalize("NFKC", sign).isascii() for sign in domain):
        return True
    return normalize("NFC", domain).lower() not in understood


def has_look_alike(text: str) -> bool:
    """Return whether NFC would replace a sign of this text by an ASCII one."""
    return any(not sign.isascii() and normalize("NFC", sign).isascii() for sign in text)
