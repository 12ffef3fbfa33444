"""Who acts: the operator of a command, or a member of staff whose right to act is part of each transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.services import Services
from chalicelib.store.table import Part


@dataclass(frozen=True)
class Actor:
    """`name` stands in the audit; `required` are the parts that each transaction of this person carries."""

    name: str
    required: tuple[Part, ...] = ()

    def commit_noted(
        self, services: Services, about: str, reason: str, now: datetime, parts: Iterable[Part] = ()
    ) -> None:
        """Write an act with its line in the audit, all or nothing; raise RaceLostError.

        `about` is the id of a customer, the key of an inbox item, or a word of `store.audit`.
        """
        line = services.audit.write_access(about, self.name, reason, now)
        services.table.commit_parts([*self.required, *parts, line])
