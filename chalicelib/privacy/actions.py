"""What the door keeps of a data subject request, as Submissions; `privacy.reading` reads them when they are settled.

request   somebody names an address and what they ask for; proves nothing, changes nothing
try       one of the three turns at typing the code of the mail
confirm   the code was right
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from enum import StrEnum
from unicodedata import category, decimal

from chalicelib.links import Link
from chalicelib.models import JsonValue, Submission, Trust
from chalicelib.strictjson import dump_json

SENDER = "privacy"
TRIES = 3
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that looks like something else
CODE_LENGTH = 6
UNSEEN = ("Zs", "Cc", "Cf", "Pd")  # Unicode categories: spaces, controls, marks of direction, dashes


class RequestKind(StrEnum):
    """What a person may ask (GDPR, Articles 15, 16, 17, 18 and 21)."""

    ACCESS = "access"
    CORRECT = "correct"
    ERASE = "erase"
    RESTRICT = "restrict"
    OBJECT = "object"


def ask_request(
    kind: RequestKind, email: str, now: datetime, *, network: str, language: str, suspicion: tuple[str, ...] = ()
) -> Submission:
    """Return a request. Every post is one of its own: how often an address is mailed is decided elsewhere."""
    return Submission(
        sender=SENDER,
        topic="request",
        trust=Trust.BARE,
        received_at=now,
        occurred_at=now,
        idempotency_key=secrets.token_urlsafe(12),
        network=network,
        language=language,
        suspicion=suspicion,
        body=dump_json({"kind": kind.value, "email": email}),
    )


def try_code(name: str, slot: int, now: datetime) -> Submission:
    """Return one of the `TRIES` turns of a link: whoever keeps it as new may compare a code."""
    return write_action("try", f"{name}:{slot}", now, {"link": name, "slot": slot})


def confirm_request(link: Link, name: str, token: str, now: datetime, *, network: str, language: str) -> Submission:
    """Return that the right code was typed, once for ever. It is sealed: the result's token may stand in it."""
    said = {"link": name, "kind": link.request, "result": name_result(token), "language": language, "network": network}
    # The moment is not part of what tells two apart: `said` must be the same when a reply was lost.
    return write_action("confirm", name, now, said)


def write_action(topic: str, idempotency_key: str, now: datetime, said: dict[str, JsonValue]) -> Submission:
    """Return the Submission of somebody who has the mail."""
    return Submission(
        sender=SENDER,
        topic=topic,
        trust=Trust.RENDERED,
        received_at=now,
        occurred_at=now,
        idempotency_key=idempotency_key,
        body=dump_json(said),
    )


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


def check_code(link: Link, token: str, typed: str) -> bool:
    """Tell whether a code is the one in the mail."""
    return hmac.compare_digest(hash_code(token, clean_code(typed)).encode(), link.code_hash.encode())


def name_result(token: str) -> str:
    """Return the token of the page that will show the result: the same for the same link, known to nobody else."""
    digest = hmac.new(token.encode(), b"result", hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
