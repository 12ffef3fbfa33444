"""The Links table: what stands behind the links of our mails. The one table that the door may read, by GetItem alone.

pk           hash of the token; the token itself stands in the mail and nowhere else
link         what the link does, as JSON: a `Link`, nothing personal; whose it is, only the Customers table knows
part         of a package (`privacy.package`), sealed; its row is named `<pk of its link>#<number>` and has no `link`
expires_at   epoch seconds (TTL, which may lag by two days: `read_link` looks at the time itself); none = never
"""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import AwareDatetime

from chalicelib.errors import TryAgainLaterError
from chalicelib.models import Model

SEPARATOR = " · "  # between questions that are listed in a line
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes, base64url (RFC 4648, 5)


class LinkKind(StrEnum):
    """What a link is for; a token opens the page of its own kind and no other."""

    GO = "go"  # to the shop, with a code
    STOP = "stop"  # out of the letters
    CHOOSE = "choose"  # preferences
    CONFIRM = "confirm"  # double opt-in
    REQUEST = "request"  # proof of a data subject request: opens with a code that is typed
    RESULT = "result"  # what came of one: a receipt, a package, or that it is done


class Ask(Model):
    """One permission that a person ticked and is to confirm: the exact words, as they were shown."""

    purpose: str
    words: str
    words_version: str
    language: str


class Link(Model):
    """What a link does. `language` is the mail's; `mail_id` is random and names the mail in a campaign's facts.

    go: `destination` is the whole address (`destinations.build_destination`), or "" to show `code` on a page of ours.
    stop: `purpose` is what it ends. confirm: `title` names the form, `asks` is what was ticked there;
    of a child's form (`parent`) `answers` are the questions that were answered.
    request: `request` is its kind (access, erase ...), `code_hash` is `privacy.actions.hash_code`.
    result: `request` is its kind; `receipt` and `signature` are of an erasure, `parts` counts the rows of a package.
    """

    kind: LinkKind
    language: str = ""
    campaign: str = ""
    mail_id: str = ""
    destination: str = ""
    code: str = ""
    purpose: str = "marketing"
    title: str = ""
    asks: tuple[Ask, ...] = ()
    parent: bool = False
    answers: tuple[str, ...] = ()
    request: str = ""
    code_hash: str = ""
    receipt: str = ""
    signature: str = ""
    parts: int = 0
    expires_at: AwareDatetime | None = None


class Links:
    """The table through a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        """Take the client and the table's name."""
        self.client = client
        self.table = table

    def write_link(self, token: str, link: Link) -> dict[str, Any]:
        """Return the transaction part that keeps a link; writing it again changes nothing."""
        return self.write_row(name_token(token), link)

    def write_row(self, name: str, link: Link) -> dict[str, Any]:
        """Return the same by the name of the link's row, for whoever does not have the token."""
        item = {"pk": {"S": name}, "link": {"S": link.model_dump_json(exclude_defaults=True)}}
        if link.expires_at is not None:
            item["expires_at"] = {"N": str(int(link.expires_at.timestamp()))}
        return {"Put": {"TableName": self.table, "Item": item}}

    def delete_link(self, name: str) -> dict[str, Any]:
        """Return the transaction part that ends a link by the name of its row."""
        return {"Delete": {"TableName": self.table, "Key": {"pk": {"S": name}}}}

    def delete_rows(self, names: Iterable[str]) -> None:
        """End links by the names of their rows, one by one: there are three to a mail."""
        for name in names:
            self.client.delete_item(TableName=self.table, Key={"pk": {"S": name}})

    def find_rows(self, names: Iterable[str]) -> list[str]:
        """Return which of these rows are there, read consistently."""
        keys = ({"pk": {"S": name}} for name in names)
        found = (self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item") for key in keys)
        return [row["pk"]["S"] for row in found if row]

    def read_link(self, token: str, now: datetime) -> Link | None:
        """Return what is behind a token, or None: unknown, malformed, expired. Raise TryAgainLaterError.

        Eventually consistent: a link is older than the mail it came in.
        """
        if not TOKEN.fullmatch(token):
            return None
        row = self.read_row(name_token(token))
        link = Link.model_validate_json(row["link"]["S"]) if row else None
        return None if link is None or is_over(link, now) else link

    def read_part(self, name: str, now: datetime) -> bytes | None:
        """Return a sealed part of a package, or None: gone or expired. Raise TryAgainLaterError."""
        row = self.read_row(name, consistent=True)
        return bytes(row["part"]["B"]) if row and int(row["expires_at"]["N"]) > now.timestamp() else None

    def read_row(self, name: str, *, consistent: bool = False) -> dict[str, Any] | None:
        """Return a row; raise TryAgainLaterError."""
        key = {"pk": {"S": name}}
        try:
            row: dict[str, Any] | None = self.client.get_item(
                TableName=self.table, Key=key, ConsistentRead=consistent
            ).get("Item")
        except (ClientError, BotoCoreError) as fault:
            raise TryAgainLaterError("Not now: please try again.") from fault
        return row

    def put_part(self, name: str, sealed: bytes, until: datetime) -> None:
        """Keep a part of a package until then; again under the same name replaces it."""
        item = {"pk": {"S": name}, "part": {"B": sealed}, "expires_at": {"N": str(int(until.timestamp()))}}
        self.client.put_item(TableName=self.table, Item=item)


def is_over(link: Link, now: datetime) -> bool:
    """Tell whether a link has expired."""
    return link.expires_at is not None and link.expires_at <= now


def make_token() -> str:
    """Return a new token: 256 random bits in 43 characters that every mail program leaves alone."""
    return secrets.token_urlsafe(32)


def name_token(token: str) -> str:
    """Return the name of a token's row, which is also the value of the identity that says whose link it is.

    The text is hashed and not the bytes it decodes to: four different last characters decode to the same bytes.
    """
    digest = hashlib.sha256(b"regulars link\n" + token.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
