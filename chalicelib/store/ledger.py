"""The Ledger table: every erasure in the order in which it happened, without a gap.

    pk      number   holds
    entry   1, 2 ..  one erasure as JSON: when, why, the customer's random id, the index rows of the names, the hash of
                     the entry before
    signed  1, 2 ..  the hash of that entry, signed with the key of the receipts

Rows are only ever added: the table's policy refuses every change and deletion, and the last entry is the head. An
operator who restores another table replays the ledger before the door opens. Names stand in it as keyed hashes:
without the index secret a reader learns no name.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from chalicelib.errors import LedgerBrokenError
from chalicelib.models import Model
from chalicelib.store.table import NEW, THERE, Part, Row, Table
from chalicelib.strictjson import dump_json

START = "0" * 64  # in place of the hash of the entry before the first


class Erasure(Model):
    """One entry. `names` are rows of the blind index without `idn#`; `customer` is "" where no customer was found.

    `barred` are rows of the address that gets no advertising any more, where the person wished it. `since` is when the
    door took the decision, where that was earlier than `at`: what the door took after it is not about the old record.
    """

    number: int
    at: AwareDatetime
    request: str
    reason: str
    customer: str
    names: tuple[str, ...]
    barred: tuple[str, ...] = ()
    since: AwareDatetime | None = None
    previous: str

    @property
    def gone_at(self) -> datetime:
        """Return the moment up to which what happened is about the forgotten person."""
        return self.since or self.at

    def write_text(self) -> str:
        """Return the entry as it is hashed and kept: canonical JSON."""
        return dump_json(self.model_dump(mode="json")).decode()


@dataclass(frozen=True)
class Head:
    """The last entry's number and hash."""

    number: int = 0
    hash: str = START


@dataclass(frozen=True)
class Ledger:
    """Builds and reads these rows."""

    table: Table

    def read_head(self) -> Head:
        """Read the last entry consistently."""
        row = self.table.read_last("entry")
        return Head() if row is None else Head(int(row["number"]), hash_entry(row["entry"]))

    def append_entry(self, entry: Erasure) -> list[Part]:
        """Return the parts that append an entry, if it has no rival and the one before it is there."""
        put = self.table.put_part({**name_entry(entry.number), "entry": entry.write_text()}, NEW)
        return [put, self.table.check_part(name_entry(entry.number - 1), THERE)] if entry.number > 1 else [put]

    def write_signature(self, head: Head, signature: str) -> None:
        """Keep the signature of an entry's hash, in base64; one that is there stays."""
        self.table.write_item({**name_signed(head.number), "hash": head.hash, "signature": signature}, NEW)

    def has_signature(self, head: Head) -> bool:
        """Return whether an entry is signed."""
        return self.table.read_item(name_signed(head.number)) is not None

    def list_signed(self) -> Iterator[tuple[Head, str]]:
        """Yield each signed entry's number and hash with the signature, in order, read consistently."""
        for row in self.table.query_items("signed"):
            yield Head(int(row["number"]), row["hash"]), row["signature"]

    def read_entry(self, number: int) -> Erasure:
        """Read one entry consistently; raise LedgerBrokenError for a missing one: the table was restored alone."""
        row = self.table.read_item(name_entry(number))
        if row is None:
            raise LedgerBrokenError(f"entry {number} is missing")
        return Erasure.model_validate_json(row["entry"])

    def list_texts(self) -> Iterator[tuple[int, str]]:
        """Yield (number, text) of every entry, in order, read consistently."""
        for row in self.table.query_items("entry"):
            yield int(row["number"]), row["entry"]


def name_entry(number: int) -> Row:
    return {"pk": "entry", "number": number}


def name_signed(number: int) -> Row:
    return {"pk": "signed", "number": number}


def write_claim(head: Head) -> bytes:
    """Return what is signed of an entry: canonical JSON."""
    return dump_json({"ledger": {"number": head.number, "hash": head.hash}})


def hash_entry(text: str) -> str:
    """Return an entry's hash in hex. The text holds the hash of the entry before, so it covers all entries so far."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_chain(texts: Iterable[tuple[int, str]]) -> list[str]:
    """Return a sentence per fault of a ledger; none where each entry follows from the one before."""
    faults: list[str] = []
    last = Head()
    for number, text in texts:
        entry = Erasure.model_validate_json(text)
        if number != last.number + 1 or entry.number != number:
            faults.append(f"entry {number} follows {last.number}")
        if entry.previous != last.hash:
            faults.append(f"entry {number} does not follow from the one before it")
        last = Head(number, hash_entry(text))
    return faults


def check_hashes(texts: Iterable[tuple[int, str]], told: Iterable[Head], by: str) -> list[str]:
    """Return a sentence per entry that is not the one that a signature or receipt names; `by` says which of them."""
    hashes = {number: hash_entry(text) for number, text in texts}
    wrong = [head.number for head in told if hashes.get(head.number) != head.hash]
    return [f"entry {number} is not the one that its {by} names" for number in wrong]
