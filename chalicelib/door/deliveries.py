"""Notes when each sender last delivered, for the desk: at most once a minute, and never at the price of a delivery."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from chalicelib.models import utc_text
from chalicelib.store.deliveries import ACCEPTED, EVERY, REFUSED, Deliveries
from chalicelib.store.table import Table


class DeliveryNotes:
    """Remembers which times are on file, so that a busy sender costs one write a minute and not one each."""

    def __init__(self, connect: Callable[[], Any], table: str) -> None:
        """Take what makes a client that gives up at once, and the name of the table."""
        self.connect = connect
        self.table = table
        self.noted: dict[tuple[str, str], str] = {}

    @cached_property
    def rows(self) -> Deliveries:
        return Deliveries(Table(self.connect(), self.table))

    def note_accepted(self, sender: str, now: datetime) -> None:
        """Note a delivery that was kept."""
        self.note_once((sender, ACCEPTED), now, lambda: self.rows.note_accepted(sender, now))

    def note_refused(self, sender: str, why: str, now: datetime) -> None:
        """Note a delivery that was refused, and why."""
        self.note_once((sender, REFUSED), now, lambda: self.rows.note_refused(sender, why, now))

    def note_once(self, key: tuple[str, str], now: datetime, write: Callable[[], str]) -> None:
        """Write unless the time on file is too young."""
        if self.noted.get(key, "") <= utc_text(now - EVERY):
            self.noted[key] = write()
