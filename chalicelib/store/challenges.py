"""Rows of the Desk table about WebAuthn challenges: random bytes that a passkey signs, five minutes long and once.

pk                 sk          holds
challenge#<hash>   challenge   `purpose`; `bound`: hash of what it was given to, a browser, an invitation or a
                               session; `used` once it was answered; `expires_at`
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.store.names import hash_bytes
from chalicelib.store.table import NEW, Row, Table, expire_at

CHALLENGE_HOLDS = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a challenge is for; one for another purpose is worth nothing."""

    SIGN_IN = "sign-in"
    JOIN = "join"
    TOUCH = "touch"
    ADD = "add"


@dataclass(frozen=True)
class Challenges:
    """Reads and writes these rows."""

    table: Table

    def write_challenge(self, challenge: bytes, purpose: Purpose, bound: str, now: datetime) -> None:
        """Keep a challenge that was just given out."""
        end = expire_at(now + CHALLENGE_HOLDS)
        self.table.write_item({**name_challenge(challenge), "purpose": purpose.value, "bound": bound, **end}, NEW)

    def take_challenge(self, challenge: bytes, purpose: Purpose, bound: str, now: datetime) -> bool:
        """Use a challenge up; return whether it was ours, for this purpose and this place, in time and unused."""
        row = self.table.read_item(name_challenge(challenge))
        if row is None or row["purpose"] != purpose.value or int(row["expires_at"]) <= now.timestamp():
            return False
        if not hmac.compare_digest(row["bound"], bound):
            return False
        unused = "attribute_exists(pk) AND attribute_not_exists(#used)"
        return self.table.change_item(name_challenge(challenge), "SET #used = :now", unused, now=utc_text(now))


def name_challenge(challenge: bytes) -> Row:
    return {"pk": f"challenge#{hash_bytes(challenge)}", "sk": "challenge"}
