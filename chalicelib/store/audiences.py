"""Rows of the Desk table about files for ad platforms: when the last one of a group was made. They name no customer.

pk          sk                     holds
audience    <group>#<platform>     when it was `made`, how many `erasures` there were before, `expires_at`
"""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.shop.retention import find_span
from chalicelib.store.table import Part, Table, expire_at


@dataclass(frozen=True)
class LastFile:
    """The last file of a group for a platform; `erasures` is the number of the last erasure before."""

    made: datetime
    erasures: int


@dataclass(frozen=True)
class Audiences:
    """Builds and reads these rows."""

    table: Table

    def write_file(self, group: str, platform: str, last: LastFile) -> Part:
        """Return the part that notes a file, in place of the one before."""
        told = {"made": utc_text(last.made), "erasures": last.erasures, **expire_at(last.made + find_span("staff"))}
        return self.table.put_part({"pk": "audience", "sk": f"{group}#{platform}", **told})

    def read_file(self, group: str, platform: str) -> LastFile | None:
        """Return the last file of a group for a platform, None where there was none."""
        row = self.table.read_item({"pk": "audience", "sk": f"{group}#{platform}"})
        return None if row is None else LastFile(datetime.fromisoformat(row["made"]), int(row["erasures"]))
