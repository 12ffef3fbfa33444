"""What takes part in the walk over everybody: it is shown each customer once, and can be put down and taken up."""

from datetime import datetime
from typing import Protocol

from chalicelib.people.person import Person
from chalicelib.store.parts import Part


class Consumer(Protocol):
    """Adds something up over everybody. Its state must stay small however many customers there are (3 MB sealed)."""

    name: str

    def begin(self, now: datetime) -> None:
        """Forget what was added up before: a new walk begins."""

    def resume(self, state: bytes) -> None:
        """Go on from what `pause` returned; raise ValueError for what cannot be read: the walk begins anew."""

    def add(self, person: Person) -> None:
        """Take in one customer, of whom the core alone was read; what it raises leaves this customer out."""

    def pause(self) -> tuple[bytes, list[Part]]:
        """Return the state so far, which the walk seals and keeps, and parts to be written in the same transaction."""

    def finish(self, now: datetime) -> None:
        """Write down the result: everybody was met. It may be called twice for one walk."""
