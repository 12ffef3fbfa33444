"""The forms of an e-mail address: as typed, as kept, as the blind index has it, as SES takes it.

Each function returns "" for an address that it cannot use. None uses the network. All begin with `trim_email`: what
stands around an address when it is copied is no part of it.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category, normalize
from urllib.parse import unquote

import idna

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

ASCII_UPPER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
SIMULATOR = "simulator.amazonses.com"
# Signs that separate or enclose addresses (RFC 5322, 3.2.3); a local part holds none of them outside quotes.
SPECIALS = re.compile(r"[\s<>()\[\]:;,@\\]")
MAILTO = re.compile(r"mailto:", re.IGNORECASE)
DOTS = re.compile("[\u3002\uff0e\uff61]")  # the other dots of a domain (UTS 46, section 2.3)
# Signs that show nothing and are no format signs (Cf) in Unicode: its other Default_Ignorable_Code_Points.
IGNORABLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | frozenset(
    map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
)
LONGEST = 2_000  # signs; no address is so long (RFC 5321: 254), and stripping layer by layer takes their square
# Domains of one provider, and the signs of a local part that it ignores.
SAME_DOMAINS = {
    **{"googlemail.com": "gmail.com", "pm.me": "proton.me", "protonmail.com": "proton.me"},
    **dict.fromkeys(("me.com", "mac.com"), "icloud.com"),
    **dict.fromkeys(("ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "narod.ru"), "yandex.ru"),
}
IGNORED_SIGNS = {"gmail.com": str.maketrans("", "", "."), "proton.me": str.maketrans("", "", ".-_")}
TAGS_BEHIND_HYPHENS = re.compile(r"(yahoo|ymail|rocketmail)\.[a-z.]+")  # Yahoo's disposable addresses: name-tag@
SUBDOMAINS = re.compile(r"([^.]+)\.(fastmail\.[a-z.]+)")  # Fastmail: anything@name.fastmail.com is name@fastmail.com
REPLACED = "\ufffd"  # stands where a sign could not be read: two addresses with it need not be the same
JOINERS = "\u200c\u200d"  # a domain may hold them, where IDNA 2008 allows (RFC 5892, A.1 and A.2)


def trim_email(text: str) -> str:
    """Return an address without what is copied along with it, and with plain dots in its domain.

    Outside it: spaces of every kind, invisible signs, a pair of angle brackets, `mailto:` with its query (RFC 6068),
    and the dots that end its domain (RFC 1034, 3.1). Trimming twice changes nothing.
    """
    while len(text) <= LONGEST and (less := strip_once(text)) != text:
        text = less
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{DOTS.sub('.', domain)}" if at else text


def strip_once(text: str) -> str:
    """Return the text without one layer around it."""
    first, end = 0, len(text)
    while first < end and is_outside(text[first]):
        first += 1
    while first < end and (is_outside(text[end - 1]) or DOTS.sub(".", text[end - 1]) == "."):
        end -= 1
    text = text[first:end]
    if text[:1] == "<" and text[-1:] == ">":
        return text[1:-1]
    return unquote(text[7:].partition("?")[0]) if MAILTO.match(text) else text


def is_outside(sign: str) -> bool:
    """Return whether a sign is a space or shows nothing, and so does not belong to an address that it stands beside."""
    return sign.isspace() or category(sign) in ("Cf", "Cc") or sign in IGNORABLE


def keep_email(typed: str) -> str:
    """Return exactly one address as it is kept, with its domain in lower case, or "".

    The address is checked as typed, before any normalisation: NFC turns the Kelvin sign into K, and one person's
    address would become another's. The local part must be ASCII: SES takes no SMTPUTF8.
    """
    address = parse_email(typed)
    return address.normalized if address else ""


@lru_cache(maxsize=1_000)
def normalise_email(address: str) -> str:
    """Return the address as the blind index has it, or "" (version n1: changing this is an index rotation).

    NFC; ASCII letters lower-cased (never `str.lower`, which equates the Kelvin sign with k); the domain in IDNA 2008.
    Plus tags and the local part's dots stay: they may be different people. A sign that NFC turns into an ASCII letter
    (U+212A, the Kelvin sign, is one) makes the address unusable: it must never be indexed as its ASCII look-alike. So
    does an invisible sign inside the address, which IDNA would drop.
    """
    typed = trim_email(address)
    local, _, domain = normalize("NFC", typed).rpartition("@")
    if not local or SPECIALS.search(local) or has_look_alike(typed) or has_unseen(local, domain):
        return ""
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
    return f"{local.translate(ASCII_UPPER)}@{ascii_domain}"


def fold_mailbox(address: str) -> str:
    """Return what all spellings of one mailbox have in common, for counting alone: two mailboxes may share it.

    A tag behind `+` leads to the same mailbox at most providers (RFC 5233), dots to the same at Gmail, dots, hyphens
    and underscores at Proton, a tag behind a hyphen at Yahoo, any local part at one's own subdomain of Fastmail (their
    support pages). Names of persons are never compared by it.
    """
    kept = normalise_email(address)
    if is_simulated(kept):
        return kept  # SES takes what stands behind the `+` for a mailbox of its own
    local, _, domain = kept.rpartition("@")
    domain = SAME_DOMAINS.get(domain, domain)
    if owner := SUBDOMAINS.fullmatch(domain):
        local, domain = owner[1], owner[2]
    plain = local.partition("+")[0] or local
    if TAGS_BEHIND_HYPHENS.fullmatch(domain):
        plain = plain.partition("-")[0] or plain
    return f"{plain.translate(IGNORED_SIGNS.get(domain, {}))}@{domain}" if domain else ""


def is_simulated(address: str) -> bool:
    """Return whether an address is one of SES's mailbox simulator.

    Nobody reads there: SES answers each of these addresses itself (SES developer guide, "Using the mailbox
    simulator"). The smoke test of a stage invents its people under them.
    """
    return address.lower().endswith(f"@{SIMULATOR}")


def encode_email(kept: str) -> str:
    """Return exactly one address as SES takes it, its domain in punycode, or ""."""
    address = parse_email(kept)
    return (address.ascii_email or "") if address else ""


def parse_email(text: str) -> "ValidatedEmail | None":
    """Return one address that reads as it looks, or None; it is trimmed first."""
    # Imported here: a survey without an address, and every webhook, do not need it.
    from email_validator import EmailNotValidError, validate_email

    text = trim_email(text)
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


def has_unseen(local: str, domain: str) -> bool:
    """Return whether a space, an invisible sign or one that could not be read stands inside an address."""
    inside = [*local, *(sign for sign in domain if sign not in JOINERS)]
    return any(is_outside(sign) or sign == REPLACED or category(sign) == "Cs" for sign in inside)
