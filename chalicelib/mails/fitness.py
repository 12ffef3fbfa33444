"""What may be handed to SES: the second lock. Everything that could become a header is looked at once more."""

import re
from typing import Literal

import idna

from chalicelib.mails.mail import Mail

Fault = Literal["address", "subject", "header", "tag", "body"]

# One addr-spec of RFC 5321 without quotes or comments; ASCII, since SES takes no SMTPUTF8.
LOCAL = re.compile(r"(?!=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{LABEL}\.)+(?![0-9]){LABEL}")
# The limits of SES for tags and headers.
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
HEADER_NAME = re.compile(r"[!-9;-~]{1,126}")
HEADER_VALUE = re.compile(r"[ -~]{1,995}")
HEADER_LENGTH = 996  # name and value together
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LONGEST_SUBJECT = 200  # characters


def encode_address(to: str) -> str:
    """Return exactly one address as SES takes it, its domain in punycode; "" for anything else."""
    local, _, domain = to.rpartition("@")
    if len(to) > 254 or len(local) > 64 or not LOCAL.fullmatch(local):
        return ""
    try:
        domain = domain if domain.isascii() else idna.encode(domain).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
    return f"{local}@{domain}" if DOMAIN.fullmatch(domain) else ""


def find_fault(address: str, mail: Mail, tags: dict[str, str]) -> Fault | None:
    """Return what would be unsafe or useless to send. Nothing of the kind comes here: this is the second lock."""
    if not address:
        return "address"
    if not mail.subject.strip() or len(mail.subject) > LONGEST_SUBJECT or CONTROLS.search(mail.subject):
        return "subject"
    if not all(fits_header(name, value) for name, value in mail.headers.items()):
        return "header"
    if not all(TAG.fullmatch(value) for value in tags.values()):
        return "tag"
    return None if mail.html.strip() and mail.text.strip() else "body"


def fits_header(name: str, value: str) -> bool:
    """Tell whether SES takes a header as it is."""
    fits = HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)
    return bool(fits) and len(name) + len(value) <= HEADER_LENGTH
