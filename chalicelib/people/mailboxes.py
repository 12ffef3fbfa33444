"""Whether a mailbox may prove a request: the address must be the person's, or for a move nobody else's."""

from chalicelib.models import RequestKind
from chalicelib.people.directory import People
from chalicelib.store.requests import RequestRow


def may_prove(row: RequestRow, address: str, people: People) -> bool:
    """Return whether the mailbox of an address may prove a request, as the names stand now."""
    holder = people.find_address(address)
    free = row.kind == RequestKind.MOVE.value and holder is None
    return bool(address) and (free or holder == row.customer_id)
