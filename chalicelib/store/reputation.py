"""How our mail is received: sent, bounced and complained of, counted by day; and when that has to stop us.

Every mail counts, a confirmation as much as an offer: Amazon judges the account by all of them.

    pk                    sk       holds
    reputation#<day>#<shard>   reputation    sent, bounced, complained

Amazon reviews an account from 5 % bounces and 0.1 % complaints, and a paused account sends no confirmations either
(SES developer guide, reputation metrics). So marketing stops itself before, and transactional mail goes on. Counters,
not facts: each is moved inside a transaction that happens once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.store.customers import Customers

SHARDS = 4
DAYS = 7
FEWEST = 100  # below this many mails a rate says nothing
MOST_BOUNCED = 0.03
MOST_COMPLAINED = 0.0008
FRESH_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Rates:
    """The last seven days together."""

    sent: int
    bounced: int
    complained: int

    @property
    def stops_marketing(self) -> bool:
        """Tell whether marketing has to wait until the rates are better."""
        if self.sent < FEWEST:
            return False
        return self.bounced > MOST_BOUNCED * self.sent or self.complained > MOST_COMPLAINED * self.sent


class MailReputation:
    """The counters; what was read is kept for a minute, so that a worker reads once a minute and not once a mail."""

    def __init__(self, customers: Customers) -> None:
        """Take the table."""
        self.customers = customers
        self.read_at: datetime | None = None
        self.rates = Rates(0, 0, 0)

    def count_mail(self, kinds: Sequence[str], seed: str, at: datetime) -> dict[str, Any]:
        """Return the transaction part that counts a mail as `sent`, `bounced`, `complained`, or several at once.

        One part, since a transaction may touch an item only once; `seed` chooses the shard.
        """
        return {
            "Update": {
                "TableName": self.customers.table,
                "Key": name_day(at, sum(seed.encode()) % SHARDS),
                "UpdateExpression": "ADD " + ", ".join(f"#{kind} :one" for kind in kinds),
                "ExpressionAttributeNames": {f"#{kind}": kind for kind in kinds},
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        }

    def stops_marketing(self, now: datetime) -> bool:
        """Tell whether marketing has to wait."""
        if self.read_at is None or abs(now - self.read_at) > FRESH_FOR:
            self.rates, self.read_at = self.read_rates(now), now
        return self.rates.stops_marketing

    def read_rates(self, now: datetime) -> Rates:
        """Add up the last seven days."""
        keys = [name_day(now - timedelta(days=ago), shard) for ago in range(DAYS) for shard in range(SHARDS)]
        rows = [self.customers.client.get_item(TableName=self.customers.table, Key=key) for key in keys]
        counts = [row["Item"] for row in rows if "Item" in row]
        return Rates(*(sum(int(one.get(kind, {"N": "0"})["N"]) for one in counts) for kind in Rates.__annotations__))


def name_day(moment: datetime, shard: int) -> dict[str, Any]:
    """Return the key of one day's counters."""
    return {"pk": {"S": f"reputation#{moment:%Y-%m-%d}#{shard}"}, "sk": {"S": "reputation"}}
