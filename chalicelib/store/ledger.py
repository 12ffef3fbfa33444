"""The Ledger table: every erasure in the order in which it happened, without a gap.

    pk      number   holds
    entry   1, 2 ..  one erasure as JSON: when, why, the customer's random id, the index rows of the names, the hash of
                     the entry before
    head    0        the last number and its hash

Entries are only ever added. An operator who restores another table replays the ledger before the door opens. Names
stand in it as keyed hashes: without the index secret a reader learns no name.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from chalicelib.errors import LedgerBrokenError
from chalicelib.models import Model
from chalicelib.store.table import NEW, Part, Row, Table
from chalicelib.strictjson import dump_json

START = "0" * 64  # in place of the hash of the entry before the first
HEAD: Row = {"pk": "head", "number": 0}


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
        """Read the end of the ledger consistently."""
        row = self.table.read_item(HEAD)
        return Head() if row is None else Head(int(row["last"]), row["hash"])

    def append_entry(self, entry: Erasure) -> list[Part]:
        """Return the parts that append an entry, if the ledger's last entry is still the one before it."""
        text = entry.write_text()
        put = self.table.put_part({**name_entry(entry.number), "entry": text}, NEW)
        return [put, self.move_head(entry, hash_entry(text))]

    def move_head(self, entry: Erasure, new_hash: str) -> Part:
        """Return the part that makes an entry the last one."""
        change, values = "SET #last = :number, #hash = :hash", {"number": entry.number, "hash": new_hash}
        if entry.number == 1:
            return self.table.update_part(HEAD, change, NEW, **values)
        before = {"before": entry.number - 1, "previous": entry.previous}
        return self.table.update_part(HEAD, change, "#last = :before AND #hash = :previous", **values, **before)

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


def hash_entry(text: str) -> str:
    """Return an entry's hash in hex. The text holds the hash of the entry before, so it covers all entries so far."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_chain(texts: Iterable[tuple[int, str]], head: Head) -> list[str]:
    """Return a sentence per fault of a ledger; none where it is whole from the first entry to its head."""
    faults: list[str] = []
    last = Head()
    for number, text in texts:
        entry = Erasure.model_validate_json(text)
        if number != last.number + 1 or entry.number != number:
            faults.append(f"entry {number} follows {last.number}")
        if entry.previous != last.hash:
            faults.append(f"entry {number} does not follow from the one before it")
        last = Head(number, hash_entry(text))
    if last != head:
        faults.append(f"the head says {head.number}, the last entry is {last.number}, or their hashes differ")
    return faults
