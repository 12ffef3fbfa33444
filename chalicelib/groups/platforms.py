"""Rows of files for ad platforms: addresses and numbers as each platform normalises them, hashed with SHA-256. Pure.

Google: https://support.google.com/google-ads/answer/10589050 (CSV in UTF-8, headings `Email` and `Phone`) and
https://developers.google.com/data-manager/api/devguides/concepts/formatting (no spaces, lower case, of gmail.com and
googlemail.com no dots before the @ and no tag behind a plus; phone in E.164 with its plus).
Meta: https://www.facebook.com/business/help/2082575038703844 (headings `email` and `phone`) and
https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences (trimmed, lower case; phone as
digits with the country code, without plus and leading zeros).
Both take hashes in lower-case hex. A plain hash of an address can be guessed: it is personal data.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.models import Profile
from chalicelib.people.mailbox import read_mailbox

ADS = "ads"  # the purpose whose consent must stand
LEAST = 100  # people: with fewer there is no file (Meta advises against such lists, Google serves none)
GMAIL = ("gmail.com", "googlemail.com")
E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
Normalise = Callable[[str], str]


@dataclass(frozen=True)
class Platform:
    """What a platform reads: its headings, and how it normalises an address and a number in E.164 before hashing."""

    title: str
    headings: tuple[str, str]
    email: Normalise
    phone: Normalise

    def write_row(self, profile: Profile) -> tuple[str, str]:
        """Return the hashes of a customer's address and number, each "" where there is none."""
        return hash_text(self.email(read_mailbox(profile))), hash_text(self.phone(find_phone(profile)))


def fold_google_email(address: str) -> str:
    """Return an address as Google hashes it."""
    local, at, domain = "".join(address.split()).lower().rpartition("@")
    if domain in GMAIL:
        local = local.partition("+")[0].replace(".", "")
    return f"{local}{at}{domain}"


def fold_meta_email(address: str) -> str:
    """Return an address as Meta hashes it; dots and tags stay."""
    return address.strip().lower()


def keep_phone(number: str) -> str:
    """Return a number in E.164 as Google hashes it: with its plus."""
    return number


def strip_phone(number: str) -> str:
    """Return a number in E.164 as Meta hashes it: digits alone."""
    return number.lstrip("+0")


def find_phone(profile: Profile) -> str:
    """Return a number of a customer in E.164, or "": one that names them now, else the one in the profile.

    A number with an extension is left out: E.164 has none.
    """
    known = (*(name.value for name in profile.list_current("phone")), profile.text("phone"))
    return next((number for number in known if E164.fullmatch(number)), "")


def hash_text(text: str) -> str:
    """Return the hash of a text in lower-case hex, "" for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


PLATFORMS: Mapping[str, Platform] = {
    "google": Platform("Google Ads", ("Email", "Phone"), fold_google_email, keep_phone),
    "meta": Platform("Meta", ("email", "phone"), fold_meta_email, strip_phone),
}
