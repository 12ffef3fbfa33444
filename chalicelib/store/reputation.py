"""Rows of the Customers table that count each day's mails, bounces and complaints: the reputation of our mail.

    pk                               sk           holds
    reputation#<day>#<shard>         reputation   sent, bounced, complained
    reputation#ask-<day>#<shard>     reputation   the same of mails that any visitor can cause: confirmations and codes

Two breakers, since a visitor can type addresses that do not exist: their bounces must not stop the shop's marketing.
Where many confirmations bounce, fewer are sent. Amazon reviews an account from 5 % bounces and 0.1 % complaints, of all
mails together, and a paused account sends no confirmations either (SES developer guide, reputation metrics). So
marketing stops by itself below those rates, and transactional mail goes on. The rows are counters, not facts: each
counter changes inside a transaction that happens once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from chalicelib.store.table import SHARDS, Part, Row, Table, choose_shard

DAYS = 7
FEWEST = 100  # below this many mails a rate shows nothing
MOST_BOUNCED = 0.03
MOST_COMPLAINED = 0.0008
FEWEST_ASKED, MOST_ASKED_BOUNCED = 20, 0.2  # typed addresses have slips: some per cent bounce in any shop
FRESH_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Rates:
    """The counts of the last days together."""

    sent: int
    bounced: int
    complained: int

    @property
    def slows_asking(self) -> bool:
        """Return whether so many confirmations bounced that somebody seems to type addresses that do not exist."""
        return self.sent >= FEWEST_ASKED and self.bounced > MOST_ASKED_BOUNCED * self.sent

    @property
    def stops_marketing(self) -> bool:
        """Return whether marketing has to wait until the rates are better."""
        if self.sent < FEWEST:
            return False
        return self.bounced > MOST_BOUNCED * self.sent or self.complained > MOST_COMPLAINED * self.sent


class MailReputation:
    """Builds and reads these rows; keeps the rates for a minute, so that a worker reads once a minute, not per mail."""

    def __init__(self, table: Table, kind: str = "", days: int = DAYS) -> None:
        """Count mails of one kind, over so many days."""
        self.table, self.kind, self.days = table, kind, days
        self.read_at: datetime | None = None
        self.rates = Rates(0, 0, 0)

    def count_mail(self, kinds: Sequence[str], seed: str, at: datetime) -> Part:
        """Return the part that counts a mail as `sent`, `bounced`, `complained`, or several at once.

        One part, since a transaction may touch a row only once; `seed` chooses the shard.
        """
        change = "ADD " + ", ".join(f"#{kind} :one" for kind in kinds)
        return self.table.update_part(self.name_row(at, choose_shard(seed)), change, one=1)

    def stops_marketing(self, now: datetime) -> bool:
        """Return whether marketing has to wait."""
        return self.find_rates(now).stops_marketing

    def slows_asking(self, now: datetime) -> bool:
        """Return whether fewer confirmations are to be sent."""
        return self.find_rates(now).slows_asking

    def find_rates(self, now: datetime) -> Rates:
        """Return the rates, at most a minute old."""
        if self.read_at is None or abs(now - self.read_at) > FRESH_FOR:
            self.rates, self.read_at = self.read_rates(now), now
        return self.rates

    def read_rates(self, now: datetime) -> Rates:
        """Add up the last days, in one call."""
        keys = [self.name_row(now - timedelta(days=ago), shard) for ago in range(self.days) for shard in range(SHARDS)]
        rows = list(self.table.read_items(keys, consistent=False))
        return Rates(*(sum(int(row.get(kind.name, 0)) for row in rows) for kind in fields(Rates)))

    def name_row(self, moment: datetime, shard: int) -> Row:
        """Return the key of one day's counters in one shard."""
        return {"pk": f"reputation#{self.kind}{moment:%Y-%m-%d}#{shard}", "sk": "reputation"}
