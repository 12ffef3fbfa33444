"""Rows of the Customers table that count each day's mails, bounces and complaints: the reputation of our mail.

    pk                          sk           holds
    reputation#<day>#<shard>    reputation   sent, bounced, complained

Every mail counts, a confirmation as much as an offer: Amazon judges the account by all of them. Amazon reviews an
account from 5 % bounces and 0.1 % complaints, and a paused account sends no confirmations either (SES developer guide,
reputation metrics). So marketing stops by itself below those rates, and transactional mail goes on. The rows are
counters, not facts: each counter changes inside a transaction that happens once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from chalicelib.store.table import SHARDS, Part, Row, Table, choose_shard

DAYS = 7
FEWEST = 100  # below this many mails a rate shows nothing
MOST_BOUNCED = 0.03
MOST_COMPLAINED = 0.0008
FRESH_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Rates:
    """The counts of the last seven days together."""

    sent: int
    bounced: int
    complained: int

    @property
    def stops_marketing(self) -> bool:
        """Return whether marketing has to wait until the rates are better."""
        if self.sent < FEWEST:
            return False
        return self.bounced > MOST_BOUNCED * self.sent or self.complained > MOST_COMPLAINED * self.sent


class MailReputation:
    """Builds and reads these rows; keeps the rates for a minute, so that a worker reads once a minute, not per mail."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.read_at: datetime | None = None
        self.rates = Rates(0, 0, 0)

    def count_mail(self, kinds: Sequence[str], seed: str, at: datetime) -> Part:
        """Return the part that counts a mail as `sent`, `bounced`, `complained`, or several at once.

        One part, since a transaction may touch a row only once; `seed` chooses the shard.
        """
        change = "ADD " + ", ".join(f"#{kind} :one" for kind in kinds)
        return self.table.update_part(name_row(at, choose_shard(seed)), change, one=1)

    def stops_marketing(self, now: datetime) -> bool:
        """Return whether marketing has to wait."""
        if self.read_at is None or abs(now - self.read_at) > FRESH_FOR:
            self.rates, self.read_at = self.read_rates(now), now
        return self.rates.stops_marketing

    def read_rates(self, now: datetime) -> Rates:
        """Add up the last seven days, in one call."""
        keys = [name_row(now - timedelta(days=ago), shard) for ago in range(DAYS) for shard in range(SHARDS)]
        rows = list(self.table.read_items(keys, consistent=False))
        return Rates(*(sum(int(row.get(kind.name, 0)) for row in rows) for kind in fields(Rates)))


def name_row(moment: datetime, shard: int) -> Row:
    """Return the key of one day's counters in one shard."""
    return {"pk": f"reputation#{moment:%Y-%m-%d}#{shard}", "sk": "reputation"}
