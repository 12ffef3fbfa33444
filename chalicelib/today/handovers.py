"""Pre-orders that are to be handed over: by customer and day alone, the first needed first; no record is opened."""

from dataclasses import dataclass

from chalicelib.people.entries import LATE
from chalicelib.services import Services
from chalicelib.store.people_rows import ENTRY
from chalicelib.today.listed import COUNTED, SHOWN, Listed


@dataclass(frozen=True)
class Handover:
    """`entry` names the row of the pre-order; `needed` is a day (RFC 3339), "" where none was given."""

    customer: str
    entry: str
    needed: str


def list_handovers(services: Services) -> Listed[Handover]:
    """Return the pre-orders that wait, by two calls."""
    rows = services.handovers.list_waiting(COUNTED)
    found = [Handover(each, key.removeprefix(ENTRY), "" if day == LATE else day) for each, key, day in rows]
    return Listed(tuple(found[:SHOWN]), len(found), len(rows) == COUNTED)
