"""Which address is asked to confirm a submission."""

from chalicelib.addresses import fold_mailbox, normalise_email
from chalicelib.models import Identity, IdentityKind, Reading
from chalicelib.people.reader import PeopleReader


def choose_address(reading: Reading) -> str:
    """Return the address that must confirm a submission: its own, or for a child's form a parent's."""
    parent = reading.notes.get("parent")
    return str(parent["email"]) if parent else reading.email


def name_address(reading: Reading, people: PeopleReader) -> tuple[str, ...]:
    """Return the index rows of the address that must confirm; none for one that cannot be mailed."""
    address = normalise_email(choose_address(reading))
    return people.name_rows(Identity(kind="email", value=address)) if address else ()


def name_mailbox(reading: Reading, people: PeopleReader) -> tuple[str, ...]:
    """Return the rows that count the mails to the mailbox of that address, in whatever spelling; none likewise."""
    mailbox = fold_mailbox(choose_address(reading))
    return people.name_rows(Identity(kind=IdentityKind.MAILBOX, value=mailbox)) if mailbox else ()
