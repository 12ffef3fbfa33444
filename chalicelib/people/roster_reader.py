"""Reads the list of names: opened once in each container, and asked only while its key is still there."""

from chalicelib.errors import SealBrokenError
from chalicelib.people.roster import find_lines, join_lines
from chalicelib.store.roster_rows import ROSTER, RosterRows
from chalicelib.vault.person import PersonSeal


class RosterReader:
    """The list as this container has it. `run` names it, or is ""."""

    def __init__(self, rows: RosterRows) -> None:
        self.rows = rows
        self.run = ""
        self.lines = ""

    def find_ids(self, typed: str) -> list[str] | None:
        """Return the customers whom words or last digits name, the best first; None while there is no list.

        Whether its key is there is read each time. Raise KeyUnavailableError while KMS does not answer.
        """
        run = self.rows.read_names().run
        if run != self.run:
            self.run, self.lines = "", ""
            self.open_list(run)
        return find_lines(self.lines, typed) if self.run else None

    def open_list(self, run: str) -> None:
        """Open a list, unless its key is destroyed or its parts are deleted meanwhile."""
        key = self.rows.open_key(run) if run else None
        if key is None:
            return
        seal = PersonSeal(ROSTER, key)
        try:
            parts = [seal.open_record(name, run, sealed) for name, sealed in self.rows.list_parts(run)]
        except SealBrokenError:
            return
        if self.rows.read_names().run == run:
            self.run, self.lines = run, join_lines(parts)
