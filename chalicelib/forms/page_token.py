"""The signed page token: proof that a post comes from a page of ours, and of when that page was made.

`{unix time in hex}.{nonce}.{mac}`: HMAC-SHA-256, cut to 128 bits, over the form's name, the time and the nonce.
Time only lowers trust or raises suspicion, and refuses no post: pages are cached, and phones show a page for hours.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.definition import Form
from chalicelib.models import Trust

TOKEN = re.compile(r"([0-9a-f]{1,10})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22})")
SKEW = timedelta(minutes=5)  # between the clocks of two of our own machines


def sign_page_token(form: Form, now: datetime, key: bytes) -> str:
    """Return a fresh token for one rendered page."""
    stamp = f"{int(now.timestamp()):x}.{secrets.token_urlsafe(12)}"
    return f"{stamp}.{seal_stamp(form, stamp, key)}"


def seal_stamp(form: Form, stamp: str, key: bytes) -> str:
    """Return the mac of one stamp, bound to its form."""
    digest = hmac.new(key, f"regulars-page-1|{form.name}|{stamp}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def check_page_token(form: Form, token: str, now: datetime, keys: Sequence[bytes]) -> tuple[Trust, tuple[str, ...]]:
    """Return the trust of a post and what is suspicious about it; raise InvalidSubmissionError for a forgery.

    A post without a token, or with one older than the form allows, is anonymous. One that comes too fast is suspicious,
    unless the form asks for a confirmation by mail: there the mailbox proves the person.
    """
    if not token:
        return Trust.ANONYMOUS, ()
    age = now - read_page_token(form, token, keys)
    if age < -SKEW:
        return Trust.ANONYMOUS, () if form.confirm else ("from_future",)
    if age > timedelta(hours=form.spam.max_age_hours):
        return Trust.ANONYMOUS, ()
    if age < timedelta(seconds=form.spam.min_seconds) and not form.confirm:
        return Trust.OWN, ("too_fast",)
    return Trust.OWN, ()


def read_page_token(form: Form, token: str, keys: Sequence[bytes]) -> datetime:
    """Return when the page was made; raise InvalidSubmissionError unless one of the keys signed this form's token."""
    found = TOKEN.fullmatch(token)
    if found:
        stamp, mac = token.rsplit(".", 1)
        if any(hmac.compare_digest(mac, seal_stamp(form, stamp, key)) for key in keys):
            return datetime.fromtimestamp(int(found[1], 16), UTC)
    raise InvalidSubmissionError({"page_token": "forged"})
