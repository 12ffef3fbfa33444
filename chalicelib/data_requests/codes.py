"""The code of a request about data: made for the mail, kept as a hash beside the link, compared at most three times."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from unicodedata import category, decimal

from chalicelib.store.links import Link

TRIES = 3
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that looks like something else
CODE_LENGTH = 6
UNSEEN = ("Zs", "Cc", "Cf", "Pd")  # Unicode categories: spaces, controls, marks of direction, dashes


def make_code() -> str:
    """Return a new code; 30 signs in 6 places are 730 million."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def clean_code(typed: str) -> str:
    """Return a typed code as it is compared: capitals, Western digits, without what people and programs add.

    That is spaces, hyphens and dashes, and the unseen marks that come along when a code is copied from a mail.
    """
    kept = (sign for sign in typed[:200] if category(sign) not in UNSEEN)
    return "".join(str(decimal(sign)) if category(sign) == "Nd" else sign for sign in kept).upper()


def has_shape(code: str) -> bool:
    """Tell whether a cleaned code can be one at all; that much is written on the page."""
    return len(code) == CODE_LENGTH and all(sign in CODE_SIGNS for sign in code)


def hash_code(token: str, code: str) -> str:
    """Return what the link's row holds of a code. Its key is the token, which stands in the mail alone."""
    return hmac.new(token.encode(), b"code\n" + code.encode(), hashlib.sha256).hexdigest()


def check_code(link: Link, token: str, code: str) -> bool:
    """Return whether a cleaned code is the one in the mail."""
    return hmac.compare_digest(hash_code(token, code).encode(), link.code_hash.encode())


def name_result(token: str) -> str:
    """Return the token of the page that will show the result: the same for the same link, known to nobody else."""
    digest = hmac.new(token.encode(), b"result", hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
