"""Rows of the Offers table: the codes of every offer, what each became, and what each campaign has promised.

    pk                  sk        holds
    code#<code>         code      one code: its batch, its state, its id at the shop, what it cost; no person
    offer#<campaign>    <terms>   a batch: the discount's id at the shop, the first code, how many codes were made
    budget#<campaign>   budget    money promised and given, and counts of codes, by what became of them

    making -> free -> promised -> redeemed
                 |        +-> expired -> removed
                 +-> expired -> removed          (its terms or its time are over)

A batch is `<campaign>#<terms>`; the queue of a state and batch is `<state>#<batch>`. A code is known to be live at the
shop before it is free. No row of this table names a customer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from chalicelib.store.table import NEW, Part, Row, Table, put_in_queue

ENDLESS = "9999-12-31T00:00:00Z"


class CodeState(StrEnum):
    """What became of a code so far."""

    MAKING = "making"  # perhaps at the shop already: look before making
    FREE = "free"  # live at the shop, promised to nobody
    PROMISED = "promised"  # stands in one mail
    REDEEMED = "redeemed"
    EXPIRED = "expired"  # its time is over; still at the shop
    REMOVED = "removed"


QUEUED = (CodeState.MAKING, CodeState.FREE, CodeState.PROMISED, CodeState.EXPIRED)


@dataclass(frozen=True)
class CodeRow:
    """One code. Times are RFC 3339 UTC; `cost` and `discount` are in hundredths of the shop's currency.

    `until` is when the code ends at the shop, `promised_until` what its mail says. `cost` is what the promise counts in
    the budget. `order` is the keyed hash of the order that used it, "" where staff or the shop told. `discount` is what
    the order took off, where the shop told.
    """

    code: str
    campaign: str
    terms: str
    state: CodeState
    made_at: str
    until: str = ENDLESS
    remote: str = ""
    promised_until: str = ""
    cost: int = 0
    redeemed_at: str = ""
    order: str = ""
    discount: int | None = None

    @property
    def batch(self) -> str:
        return f"{self.campaign}#{self.terms}"


@dataclass(frozen=True)
class Codes:
    """Reads these rows and builds their changes; each change is refused where the code's state changed meanwhile."""

    table: Table

    def read_code(self, code: str) -> CodeRow | None:
        """Return one code, read consistently, or None."""
        row = self.table.read_item(name_code(code))
        return None if row is None else load_code(row)

    def read_codes(self, codes: Iterable[str]) -> list[CodeRow]:
        """Return the rows of some codes, read consistently."""
        return [load_code(row) for row in self.table.read_items([name_code(code) for code in codes])]

    def list_codes(self, state: CodeState, batch: str, before: str = ENDLESS, most: int = 1_000) -> list[str]:
        """Return codes of a batch in a state whose time (see `find_due`) is not after `before`, soonest first."""
        keys = self.table.list_queue(f"{state}#{batch}", before, most)
        return [row["pk"].removeprefix("code#") for row in keys]

    def list_free(self, batch: str, needed_until: str, most: int) -> list[str]:
        """Return free codes that stay live until a time; the index lags, so a rival may have taken one."""
        keys = self.table.list_queue_after(f"{CodeState.FREE}#{batch}", needed_until, most)
        return [row["pk"].removeprefix("code#") for row in keys]

    def scan_codes(self) -> Iterator[CodeRow]:
        """Yield every code. It scans the table, which only commands of staff may do."""
        for key in self.table.scan_keys("begins_with(pk, :prefix)", prefix="code#"):
            row = self.read_code(key["pk"].removeprefix("code#"))
            if row is not None:
                yield row

    def write_new(self, row: CodeRow) -> Part:
        """Return the part that writes a code which is not there yet."""
        return self.table.put_part(dump_code(row), NEW)

    def replace_code(self, old: CodeRow, new: CodeRow) -> Part:
        """Return the part that changes a code, if nobody changed it since it was read as `old`."""
        condition = "#state = :state AND promised_until = :until AND #order = :order"
        values = {"state": old.state.value, "until": old.promised_until, "order": old.order}
        return self.table.put_part(dump_code(new), condition, **values)


def name_code(code: str) -> Row:
    return {"pk": f"code#{code}", "sk": "code"}


def find_due(row: CodeRow) -> str:
    """Return the time that sorts a code in the queue of its state."""
    dues = {CodeState.FREE: row.until, CodeState.PROMISED: row.promised_until}
    return dues.get(row.state, row.made_at)


def dump_code(row: CodeRow) -> Row:
    """Return a row's attributes; a code with something to come is in the queue of its state."""
    fields = {name: value for name, value in asdict(row).items() if value is not None}
    queue = put_in_queue(f"{row.state}#{row.batch}", find_due(row)) if row.state in QUEUED else {}
    return {**name_code(row.code), **fields, "state": row.state.value, **queue}


def load_code(row: Row) -> CodeRow:
    discount = row.get("discount")
    texts = ("code", "campaign", "terms", "made_at", "until", "remote", "promised_until", "redeemed_at", "order")
    return CodeRow(
        state=CodeState(row["state"]),
        cost=int(row["cost"]),
        discount=None if discount is None else int(discount),
        **{name: row[name] for name in texts},
    )


@dataclass(frozen=True)
class BatchRow:
    """A batch: `remote` is the discount's id at the shop, "" until it is known; `first` the code it is found by."""

    campaign: str
    terms: str
    first: str = ""
    remote: str = ""
    made: int = 0

    @property
    def batch(self) -> str:
        return f"{self.campaign}#{self.terms}"


@dataclass(frozen=True)
class Batches:
    """Reads and builds these rows."""

    table: Table

    def read_batch(self, campaign: str, terms: str) -> BatchRow:
        """Return a batch, read consistently; an empty one where none was begun."""
        row = self.table.read_item(name_batch(campaign, terms))
        return BatchRow(campaign, terms) if row is None else load_batch(row)

    def list_batches(self, campaign: str) -> list[BatchRow]:
        """Return every batch of a campaign, those of earlier terms too."""
        return [load_batch(row) for row in self.table.query_items(f"offer#{campaign}")]

    def add_made(self, batch: BatchRow, count: int) -> Part:
        """Return the part that counts codes which are about to be made, unless another run did; it begins the batch."""
        key, values = name_batch(batch.campaign, batch.terms), {"made": batch.made + count, "old": batch.made}
        condition = "made = :old" if batch.made else "attribute_not_exists(made) OR made = :old"
        return self.table.update_part(key, "SET made = :made", condition, **values)

    def name_discount(self, batch: BatchRow, *, first: str | None = None, remote: str | None = None) -> None:
        """Keep how the discount at the shop is found: by its first code, then by its id."""
        key = name_batch(batch.campaign, batch.terms)
        if first is not None:
            self.table.change_item(key, "SET #first = :first", first=first)
        if remote is not None:
            self.table.change_item(key, "SET remote = :remote", remote=remote)


def name_batch(campaign: str, terms: str) -> Row:
    return {"pk": f"offer#{campaign}", "sk": terms}


def load_batch(row: Row) -> BatchRow:
    campaign = row["pk"].removeprefix("offer#")
    return BatchRow(campaign, row["sk"], row.get("first", ""), row.get("remote", ""), int(row.get("made", 0)))
