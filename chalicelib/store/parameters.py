"""The door's parameters in SSM: its own key, the public half of the inbox key, and each sender's signing secrets.

/regulars/<stage>/door/door-key            base64 of 32 random bytes: dedupe keys, page tokens
/regulars/<stage>/door/inbox-public-key    the key's id on the first line, then its public half in PEM
/regulars/<stage>/door/receipt-key         public half of the key that signs receipts, in PEM; shown beside each receipt
/regulars/<stage>/door/senders/<sender>    the sender's signing secrets, one a line: two during a rotation
/regulars/<stage>/door/shops/<sender>      the shops whose deliveries are taken, one a line; without it, any shop's
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import TryAgainLaterError

FRESH_FOR = timedelta(minutes=5)


class Parameters:
    """Reads the path once, again after five minutes, and keeps the last good answer while SSM is down."""

    def __init__(self, client: Any, path: str, names: Sequence[str] = ()) -> None:
        """Read everything below the path, or these names alone, where a role may read no more."""
        self.client = client
        self.path = path
        self.names = [path + name for name in names]
        self.values: dict[str, str] = {}
        self.read_at: datetime | None = None

    def read_values(self, now: datetime) -> dict[str, str]:
        """Return every parameter by its name below the path; raise TryAgainLaterError where none was ever read."""
        if self.read_at is None or now - self.read_at > FRESH_FOR:
            try:
                self.values = self.fetch_values()
                self.read_at = now
            except (ClientError, BotoCoreError) as fault:
                if self.read_at is None:
                    raise TryAgainLaterError("Not ready: please send it again.") from fault
        return self.values

    def fetch_values(self) -> dict[str, str]:
        """Return the values of all pages of the path, or of the names; one that is not there is left out."""
        if self.names:
            answer = self.client.get_parameters(Names=self.names, WithDecryption=True)
            return {row["Name"].removeprefix(self.path): row["Value"] for row in answer["Parameters"]}
        pages = self.client.get_paginator("get_parameters_by_path").paginate(
            Path=self.path, Recursive=True, WithDecryption=True
        )
        return {row["Name"].removeprefix(self.path): row["Value"] for page in pages for row in page["Parameters"]}

    def read_secrets(self, sender: str, now: datetime) -> tuple[bytes, ...]:
        """Return a sender's secrets; raise TryAgainLaterError for a sender that is not set up (it sends again)."""
        lines = self.read_values(now).get(f"senders/{sender}", "").split("\n")
        secrets = tuple(line.strip().encode() for line in lines if line.strip())
        if not secrets:
            raise TryAgainLaterError("Not ready: please send it again.")
        return secrets

    def read_shops(self, sender: str, now: datetime) -> frozenset[str]:
        """Return the shops whose deliveries are taken, in lower case; empty where any is. Raise TryAgainLaterError."""
        lines = self.read_values(now).get(f"shops/{sender}", "").split("\n")
        return frozenset(line.strip().lower() for line in lines if line.strip())

    def read_door_key(self, now: datetime) -> bytes:
        """Return the door's own key; raise TryAgainLaterError when it is not set up."""
        value = self.read_values(now).get("door-key")
        if not value:
            raise TryAgainLaterError("Not ready: please send it again.")
        return base64.b64decode(value)

    def read_receipt_key(self, now: datetime) -> str:
        """Return the public key of receipts, or "" when it is not set up; raise TryAgainLaterError."""
        return self.read_values(now).get("receipt-key", "")

    def read_public_key(self, now: datetime) -> str:
        """Return the inbox public key parameter; raise TryAgainLaterError when it is not set up."""
        value = self.read_values(now).get("inbox-public-key")
        if not value:
            raise TryAgainLaterError("Not ready: please send it again.")
        return value
