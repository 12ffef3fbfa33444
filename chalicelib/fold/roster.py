"""Makes the list of names anew in the walk over everybody.

Its lines are sealed under a new key, part by part as the walk goes on. At the end it takes the former list's place.
Where somebody is forgotten meanwhile, the key of the list that is being made is destroyed too: the walk ends without a
list, and the next one, within the hour, makes it.
"""

import logging
import secrets
from datetime import datetime

from chalicelib.models import Model
from chalicelib.people.person import Person
from chalicelib.people.roster import write_line
from chalicelib.services import Services
from chalicelib.store.parts import Part
from chalicelib.store.roster_rows import PART, ROSTER
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import make_key

log = logging.getLogger(__name__)


class Draft(Model):
    """The list that is being made: its name, when it was begun, how many parts are written."""

    run: str
    at: datetime
    parts: int = 0


class RosterMaker:
    """Takes part in the walk (`Consumer`); `seal` is None once the key of its list was destroyed."""

    name = ROSTER

    def __init__(self, services: Services) -> None:
        self.rows = services.roster_rows
        self.lines: list[str] = []
        self.seal: PersonSeal | None = None

    def begin(self, now: datetime) -> None:
        """Make a key for a new list."""
        key = make_key()
        self.draft = Draft(run=secrets.token_urlsafe(9), at=now)
        self.rows.begin_draft(self.draft.run, key)
        self.seal, self.lines = PersonSeal(ROSTER, key), []

    def resume(self, state: bytes) -> None:
        """Go on with a list, if its key is still there."""
        self.draft, self.lines = Draft.model_validate_json(state), []
        key = self.rows.open_key(self.draft.run)
        self.seal = None if key is None else PersonSeal(ROSTER, key)

    def add(self, person: Person) -> None:
        """Add the line of a customer."""
        line = write_line(person.profile) if self.seal is not None else ""
        if line:
            self.lines.append(line)

    def pause(self) -> tuple[bytes, list[Part]]:
        """Write the lines so far as one more part."""
        parts = []
        if self.seal is not None and self.lines:
            number = self.draft.parts
            sealed = self.seal.seal_record(f"{PART}{number:05}", self.draft.run, "\n".join(self.lines).encode())
            parts = [self.rows.write_part(self.draft.run, number, sealed, self.draft.at)]
            self.draft = self.draft.model_copy(update={"parts": number + 1})
        self.lines = []
        return self.draft.model_dump_json().encode(), parts

    def finish(self, now: datetime) -> None:
        """Put the new list in use, and delete the lines of the former one."""
        former = self.rows.read_names().run
        if self.rows.publish_draft(self.draft.run):
            self.rows.drop_parts(former)
        elif former != self.draft.run:
            log.warning("roster_burned", extra={"key": self.draft.run})
