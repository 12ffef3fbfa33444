"""The code of a request about data: made for the mail, kept as a hash beside the link, compared at most three times."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from unicodedata import category

from chalicelib.store.links import Link
from chalicelib.text import write_digits

TRIES = 3
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no two signs that look alike
CODE_LENGTH = 6
UNSEEN = ("Zs", "Cc", "Cf", "Pd")  # Unicode categories: spaces, controls, marks of direction, dashes


def make_code() -> str:
    """Return a new code; 30 signs in 6 places are 730 million."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def clean_code(typed: str) -> str:
    """Return a typed code as it is compared: in capitals and Western digits, without signs that people or mails add.

    Those are spaces, hyphens and dashes, and the invisible marks in a code that was copied from a mail.
    """
    kept = (sign for sign in typed[:200] if category(sign) not in UNSEEN)
    return write_digits("".join(kept)).upper()


def has_shape(code: str) -> bool:
    """Return whether a cleaned code has the length and signs of a code; the page explains these in public."""
    return len(code) == CODE_LENGTH and all(sign in CODE_SIGNS for sign in code)


def hash_code(token: str, code: str) -> str:
    """Return the keyed hash of a code, which the link's row holds. Its key is the token, which only the mail holds."""
    return hmac.new(token.encode(), b"code\n" + code.encode(), hashlib.sha256).hexdigest()


def check_code(link: Link, token: str, code: str) -> bool:
    """Return whether a cleaned code is the one in the mail."""
    return hmac.compare_digest(hash_code(token, code).encode(), link.code_hash.encode())


def name_result(link: Link, token: str, code: str) -> str:
    """Return the token of the page that shows the result: the same for one link, however often its code is typed.

    It needs the link's token and the cleaned code, so the link alone does not give it. The salt stands in the
    link's row alone: without it a reader of the link could try codes at the result's address, where nothing counts.
    """
    digest = hmac.new(token.encode(), f"result\n{link.salt}\n{code}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
