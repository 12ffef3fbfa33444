"""What figures are counted with: the rows of walks and of days, and the keys that walks open and seal with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.services.staff import StaffTables
from chalicelib.services.tables import split_names

if TYPE_CHECKING:
    from chalicelib.people.roster_reader import RosterReader
    from chalicelib.store.day_counts import DayCounts
    from chalicelib.store.numbers import NumberRows
    from chalicelib.store.polls import Polls
    from chalicelib.store.roster_rows import RosterRows
    from chalicelib.store.surveys import SurveyRows
    from chalicelib.store.walks import Walks
    from chalicelib.vault.person import PersonSeal
    from chalicelib.vault.root import RootSeal


class WalkTables(StaffTables):
    """The rows and keys of walks over everybody."""

    @cached_property
    def walks(self) -> Walks:
        from chalicelib.store.walks import Walks

        return Walks(self.table)

    @cached_property
    def number_rows(self) -> NumberRows:
        from chalicelib.store.numbers import NumberRows

        return NumberRows(self.table)

    @cached_property
    def day_counts(self) -> DayCounts:
        from chalicelib.store.day_counts import DayCounts

        return DayCounts(self.table)

    @cached_property
    def survey_rows(self) -> SurveyRows:
        from chalicelib.store.surveys import SurveyRows

        return SurveyRows(self.table)

    @cached_property
    def polls(self) -> Polls:
        """Return the results of polls, in the table that the door reads."""
        from chalicelib.store.polls import Polls

        return Polls(self.open_table("links"))

    @cached_property
    def roster_rows(self) -> RosterRows:
        from chalicelib.store.roster_rows import RosterRows

        return RosterRows(self.table, self.keys)

    @cached_property
    def roster(self) -> RosterReader:
        """Return the list of names as this container has it."""
        from chalicelib.people.roster_reader import RosterReader

        return RosterReader(self.roster_rows)

    @cached_property
    def walk_root(self) -> RootSeal:
        """Return what opens and seals the keys of customers in a walk over everybody."""
        from chalicelib.vault.root import RootSeal

        return RootSeal(split_names(self.settings.root_key), self.kms, walks=True)

    @cached_property
    def walk_seal(self) -> PersonSeal:
        """Return the seal of what walks keep: made as a customer's seal is, under a key of the walk's own."""
        from chalicelib.vault.person import PersonSeal

        return PersonSeal("walk", self.keys.read_walk())
