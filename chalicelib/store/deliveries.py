"""Rows of the Links table that say when each sender last delivered: two for each sender, with a time and a word.

    pk                            holds
    delivery#<sender>#accepted    at: of the last delivery that was kept
    delivery#<sender>#refused     at: of the last refused one; why: `signature`, `shop`, `type`, `size`, `unready`

They are in this table since the door may read it already, and it has neither a stream nor a backup. Nothing of a
delivery is in them: no body, no header, no address, no id.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.models import utc_text
from chalicelib.store.table import Row, Table

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)  # a row is written at most once in so long, by all containers together
ACCEPTED, REFUSED = "accepted", "refused"


@dataclass(frozen=True)
class LastDelivery:
    """When a sender last delivered (RFC 3339 UTC, "" for never), and why the last refused one was."""

    accepted_at: str = ""
    refused_at: str = ""
    why: str = ""


@dataclass(frozen=True)
class Deliveries:
    """Reads and writes these rows."""

    table: Table

    def note_accepted(self, sender: str, now: datetime) -> str:
        """Note a delivery that was kept, as `write_time` does."""
        return self.write_time(name_row(sender, ACCEPTED), now)

    def note_refused(self, sender: str, why: str, now: datetime) -> str:
        """Note a delivery that was refused, as `write_time` does."""
        return self.write_time({**name_row(sender, REFUSED), "why": why}, now)

    def write_time(self, row: Row, now: datetime) -> str:
        """Write a row unless the one on file is younger than EVERY; return the time that is then on file.

        A write that fails is logged and lost: the delivery has its answer already.
        """
        at, before = utc_text(now), utc_text(now - EVERY)
        try:
            held = self.table.write_item({**row, "at": at}, "attribute_not_exists(pk) OR #at <= :before", before=before)
        except (BotoCoreError, ClientError) as fault:
            log.warning("delivery_not_noted", extra={"key": row["pk"], "fault": type(fault).__name__})
            return at
        return at if held is None else str(held.get("at", at))

    def read_last(self, senders: Sequence[str]) -> dict[str, LastDelivery]:
        """Return the last deliveries of senders, read consistently as one batch."""
        keys = [name_row(sender, kind) for sender in senders for kind in (ACCEPTED, REFUSED)]
        rows = {row["pk"]: row for row in self.table.read_items(keys)} if keys else {}
        return {sender: load_last(sender, rows) for sender in senders}


def load_last(sender: str, rows: dict[str, Row]) -> LastDelivery:
    accepted, refused = (rows.get(name_row(sender, kind)["pk"], {}) for kind in (ACCEPTED, REFUSED))
    return LastDelivery(accepted.get("at", ""), refused.get("at", ""), refused.get("why", ""))


def name_row(sender: str, kind: str) -> Row:
    return {"pk": f"delivery#{sender}#{kind}"}
