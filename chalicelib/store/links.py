"""The Links table: the action of each link in our mails. The only table that the door may read, by GetItem alone.

pk           hash of the token; only the mail holds the token itself
over         of an entry's link: why it can withdraw nothing any more; its row is named `<pk of its link>#over`
link         what the link does, as JSON: a `Link`, no personal data; only the Customers table names its customer
part         of a package (`data_requests.package`), sealed; its row is named `<pk of its link>#<number>` and has no
             `link`
expires_at   epoch seconds (TTL, which may lag by two days: `read_link` checks the time itself); none = never
"""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import AwareDatetime

from chalicelib.errors import TryAgainLaterError
from chalicelib.models import Model
from chalicelib.store.table import Part, Row, Table, expire_at

SEPARATOR = " · "  # between questions that are listed in a line
OVER = "#over"  # ends the name of such a row
WITHDRAWN, SHIPPED = "withdrawn", "shipped"  # why an entry's link is over
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes, base64url (RFC 4648, 5)


class LinkKind(StrEnum):
    """The kinds of links; a token opens the page of its own kind and no other."""

    GO = "go"  # to the shop, with a code
    ANSWER = "answer"  # a form, answered as the customer who was mailed
    STOP = "stop"  # unsubscribe
    CHOOSE = "choose"  # preferences
    CONFIRM = "confirm"  # double opt-in
    ENTRY = "entry"  # correct or withdraw a pre-order or a warranty card
    REQUEST = "request"  # proof of a data subject request: opens with a code that is typed
    RESULT = "result"  # the result of one: a receipt, a package, or that it is done


class Ask(Model):
    """One consent that a person ticked and must confirm, in the exact words that were shown."""

    purpose: str
    words: str
    words_version: str
    language: str


class Link(Model):
    """The action of a link. `language` is the mail's; `mail_id` is random and names the mail in a campaign's facts.

    go: `destination` is the whole address (`destinations.build_destination`), or "" to show `code` on a page of ours.
    answer: `form` is the name of the form. stop: `purpose` is what it ends.
    confirm: `title` names the form, `asks` is what was ticked there; of a child's form (`parent`) `answers` are the
    questions that were answered.
    entry: `entry` is the entry's inbox key, `form` the form that it came by, or "" for another sender's; `asks` are the
    consents that end with one which staff wrote down.
    request: `request` is its kind (access, erase ...), `code_hash` is from `data_requests.codes.hash_code`,
    `salt` is random and enters the token of the result.
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
    entry: str = ""
    form: str = ""
    request: str = ""
    code_hash: str = ""
    salt: str = ""
    receipt: str = ""
    signature: str = ""
    parts: int = 0
    expires_at: AwareDatetime | None = None


@dataclass(frozen=True)
class Links:
    """Reads and builds these rows."""

    table: Table

    def write_link(self, token: str, link: Link) -> Part:
        """Return the part that keeps a link; writing it again changes nothing."""
        return self.write_row(name_token(token), link)

    def write_row(self, name: str, link: Link) -> Part:
        """Like `write_link`, by the name of the link's row: for a caller without the token."""
        expiry = {} if link.expires_at is None else expire_at(link.expires_at)
        return self.table.put_part({**name_row(name), "link": link.model_dump_json(exclude_defaults=True), **expiry})

    def delete_link(self, name: str) -> Part:
        """Return the part that deletes a link by the name of its row."""
        return self.table.delete_part(name_row(name))

    def delete_rows(self, names: Iterable[str]) -> None:
        """Delete links by the names of their rows, one by one: there are three to a mail."""
        for name in names:
            self.table.delete_item(name_row(name))

    def find_rows(self, names: Iterable[str]) -> list[str]:
        """Return those of these rows that exist, read consistently."""
        return [name for name in names if self.table.read_item(name_row(name))]

    def read_link(self, token: str, now: datetime) -> Link | None:
        """Return the link of a token, or None: unknown, malformed, expired. Raise TryAgainLaterError.

        Eventually consistent: a link is older than the mail it came in.
        """
        if not TOKEN.fullmatch(token):
            return None
        row = self.read_row(name_token(token))
        link = Link.model_validate_json(row["link"]) if row else None
        return None if link is None or is_over(link, now) else link

    def close_entry(self, name: str, over: str, until: datetime) -> Part:
        """Return the part that notes, by the name of `name_over`, why an entry cannot be withdrawn any more."""
        return self.table.put_part({**name_row(name), "over": over, **expire_at(until)})

    def read_over(self, token: str) -> str:
        """Return why the entry of a link cannot be withdrawn any more, or ""; raise TryAgainLaterError."""
        row = self.read_row(name_over(name_token(token)), consistent=True)
        return str(row["over"]) if row else ""

    def read_part(self, name: str, now: datetime) -> bytes | None:
        """Return a sealed part of a package, or None: gone or expired. Raise TryAgainLaterError."""
        row = self.read_row(name, consistent=True)
        return bytes(row["part"]) if row and int(row["expires_at"]) > now.timestamp() else None

    def read_row(self, name: str, *, consistent: bool = False) -> Row | None:
        """Return a row; raise TryAgainLaterError."""
        try:
            return self.table.read_item(name_row(name), consistent=consistent)
        except (ClientError, BotoCoreError) as fault:
            raise TryAgainLaterError("Not now: please try again.") from fault

    def put_part(self, name: str, sealed: bytes, until: datetime) -> None:
        """Write a part of a package, which expires at `until`; a part of the same name is replaced."""
        self.table.write_item({**name_row(name), "part": sealed, **expire_at(until)})


def name_row(name: str) -> Row:
    return {"pk": name}


def name_over(name: str) -> str:
    """Return the name of the row that says why the entry of a link cannot be withdrawn any more."""
    return f"{name}{OVER}"


def is_over(link: Link, now: datetime) -> bool:
    """Return whether a link has expired."""
    return link.expires_at is not None and link.expires_at <= now


def make_token() -> str:
    """Return a new token: 256 random bits in 43 characters that every mail program leaves alone."""
    return secrets.token_urlsafe(32)


def name_token(token: str) -> str:
    """Return the name of a token's row, which is also the value of the identity that names the link's owner.

    The text is hashed and not the bytes it decodes to: four different last characters decode to the same bytes.
    """
    digest = hashlib.sha256(b"regulars link\n" + token.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
