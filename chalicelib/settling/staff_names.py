"""The names that staff state in a correction: they become the customer's where nobody else has them.

A name of somebody else is not taken over: the two customers are noted as a possible double, which staff may join.
"""

from dataclasses import dataclass

from chalicelib.models import HeldName, Reading, Submission
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.settling.history import release_names
from chalicelib.settling.match import IdentityMatch, claim_names, look_up, suggest_merges
from chalicelib.settling.names import add_names, end_name
from chalicelib.store.table import Part


@dataclass(frozen=True)
class StatedNames:
    """The names of a customer after a correction, the parts that write them, and the match that knows their rows."""

    identities: tuple[HeldName, ...]
    parts: tuple[Part, ...] = ()
    match: IdentityMatch | None = None


def state_names(person: Person, submission: Submission, reading: Reading, services: Services) -> StatedNames:
    """Return what a submission of staff does to names: an older name of a kind that is stated ends."""
    held = person.profile.identities
    if not (reading.email or reading.phone):
        return StatedNames(held)
    people, match = services.people, look_up(submission, reading, [], services)
    free = tuple(name for name in match.names if match.find_holder(name) in (None, person.id))
    stated = {name.kind: name.value for name in match.names}
    released = [name for name in held if name.until is None and stated.get(name.kind, name.value) != name.value]
    ended = [end_name(name, submission.occurred_at) if name in released else name for name in held]
    parts = (
        *claim_names(person.id, free, match, people),
        *release_names(person.id, released, people),
        *suggest_merges(person.id, match, people),
    )
    return StatedNames(add_names(ended, free, match, "", ""), parts, match)
