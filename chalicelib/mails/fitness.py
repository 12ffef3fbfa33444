"""The last check before SES: every value that could become a header is checked once more."""

import re
from typing import Literal

from chalicelib.mails.mail import Mail
from chalicelib.text import CONTROLS

Fault = Literal["address", "subject", "header", "tag", "body"]

# The limits of SES for tags and headers.
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
HEADER_NAME = re.compile(r"[!-9;-~]{1,126}")
HEADER_VALUE = re.compile(r"[ -~]{1,995}")
HEADER_LENGTH = 996  # name and value together
LONGEST_SUBJECT = 200  # characters


def find_fault(address: str, mail: Mail, tags: dict[str, str]) -> Fault | None:
    """Return what would be unsafe or useless to send, or None.

    Rendering refuses such mails before: this is a second check.
    """
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
    """Return whether SES takes a header as it is."""
    fits = HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value)
    return bool(fits) and len(name) + len(value) <= HEADER_LENGTH
