"""Rows of the Links table that hold the results of polls, for everybody to see: the door reads this table alone.

pk             shown
poll#<form>    how many voted, and how often each option was picked, as JSON
"""

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.store.table import Part, Row, Table


@dataclass(frozen=True)
class Polls:
    """Reads and builds these rows."""

    table: Table

    def write_shown(self, form: str, shown: str) -> Part:
        """Return the part that shows a new result."""
        return self.table.put_part({**name_row(form), "shown": shown})

    def read_shown(self, form: str) -> str:
        """Return the result that is shown, or "" where there is none, or no answer of the table."""
        try:
            row = self.table.read_item(name_row(form), consistent=False)
        except (BotoCoreError, ClientError):
            return ""  # the vote is kept: its page can do without the result
        return str(row["shown"]) if row else ""


def name_row(form: str) -> Row:
    return {"pk": f"poll#{form}"}
