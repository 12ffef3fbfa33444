"""What a mailbox opens of a record that came to hold several: what came under it, or under one proven to be the same.

A record has several mailboxes where a shop's account changed its address. A person who proves one of them has not
proven the others: what came under those may be another person's. A change that was confirmed by mail proves both
(`HeldName.via`).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from chalicelib.addresses import normalise_email
from chalicelib.models import Event, Profile, Reading
from chalicelib.people.person import Person
from chalicelib.people.profile import Record


def list_foreign(profile: Profile, mailbox: str) -> set[str]:
    """Return the addresses of a record that a mailbox does not open."""
    names = [name for name in profile.identities if name.kind == "email"]
    held = [*profile.fields.values(), *profile.withheld.values()]
    known = {name.value for name in names} | {value.under for value in held if value.under}
    return known - list_proven(profile, mailbox)


def list_proven(profile: Profile, mailbox: str) -> set[str]:
    """Return a mailbox and those that were changed from or to it by a confirmation."""
    pairs = [(name.value, name.via) for name in profile.identities if name.kind == "email" and name.via]
    proven = {mailbox}
    for _ in pairs:
        proven |= {one for pair in pairs if proven & set(pair) for one in pair}
    return proven


def narrow_person(person: Person, mailbox: str) -> Person:
    """Return a person with the part of the profile that a mailbox opens; totals and dates are of all, and left out."""
    profile, proven = person.profile, list_proven(person.profile, mailbox)
    own = Profile(
        customer_id=profile.customer_id,
        fields={name: held for name, held in profile.fields.items() if held.under in proven},
        withheld={name: held for name, held in profile.withheld.items() if held.under in proven},
        consents={name: one for name, one in profile.consents.items() if one.address in proven},
        identities=tuple(name for name in profile.identities if name.kind == "email" and name.value in proven),
    )
    return replace(person, record=Record(own))


def choose_events(proven: Iterable[str]) -> Callable[[tuple[Event, Reading | None]], bool]:
    """Return the test of whether an event came under one of these mailboxes."""
    own = set(proven)

    def is_own(pair: tuple[Event, Reading | None]) -> bool:
        event, reading = pair
        stated = normalise_email(reading.email) if reading is not None else ""
        return (stated or event.submission.mailbox) in own

    return is_own
