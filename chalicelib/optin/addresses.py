"""Which address is asked to confirm a submission."""

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, Reading
from chalicelib.people.directory import People


def choose_address(reading: Reading) -> str:
    """Return the address that must confirm a submission: its own, or for a child's form a parent's."""
    parent = reading.notes.get("parent")
    return str(parent["email"]) if parent else reading.email


def name_address(reading: Reading, people: People) -> tuple[str, ...]:
    """Return the index rows of the address that must confirm; none for one that cannot be mailed."""
    address = normalise_email(choose_address(reading))
    return people.name_rows(Identity(kind="email", value=address)) if address else ()
