"""Meets many customers at once, and keeps the cost of their keys small.

A customer's key is sealed when the customer comes, so a quiet shop has one data key of KMS for each, and a walk would
cost one call for each. So a key whose data key seals few is sealed anew, with the others that the walk meets: the next
walk costs one call for each thousand customers. A data key only wraps. Forgetting deletes the customer's row, and the
row is written only where it is still as it was read, so no destroyed key comes back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from chalicelib.crowd.page import open_page
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.store.keys import name_secret
from chalicelib.vault.root import name_wrapping

FEW = 1_000  # customers under one data key: fewer are sealed anew with others


class Meeting:
    """Meets customers; `kept` names the data keys that stay as they are, `wrapped` counts the customers under each."""

    def __init__(self, services: Services, kept: Iterable[str] = (), wrapped: Mapping[str, int] | None = None) -> None:
        self.services = services
        self.kept = frozenset(kept)
        self.wrapped = Counter(wrapped or {})
        self.unread = 0

    def meet_people(self, customer_ids: Iterable[str]) -> tuple[Person, ...]:
        """Return those of some customers who are there, as `open_page` does, and count the records that are unread."""
        page = open_page(customer_ids, self.services, self.open_key)
        self.unread += page.unread
        return page.people

    def open_key(self, customer_id: str, sealed: bytes) -> bytes:
        """Open a customer's key, and seal it anew where its data key seals few others."""
        name, root = name_secret(customer_id), self.services.walk_root
        key, wrapping = root.open_secret(name, sealed), name_wrapping(sealed)
        if wrapping not in self.kept:
            new = root.seal_secret(name, key)
            if self.services.keys.replace_sealed(customer_id, sealed, new):
                wrapping = name_wrapping(new)
        self.wrapped[wrapping] += 1
        return key

    def list_kept(self) -> tuple[str, ...]:
        """Return the data keys that the next walk leaves as they are: those that seal many, or the only one of few.

        Two or more of few are joined by the next walk.
        """
        few = [name for name, count in self.wrapped.items() if count < FEW]
        return tuple(name for name in self.wrapped if name not in few or few == [name])
