"""How many mails one run may send that strangers can cause: confirmations of sign-ups, codes of requests.

A run is a minute. So all strangers together cause at most so many mails, and the oldest that is due goes first: a flood
delays an honest mail and does not shut it out.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field

from chalicelib.shop.limits import MOST_A_RUN, MOST_OF_A_FORM

log = logging.getLogger(__name__)


@dataclass
class Allowance:
    """The mails of one run, counted by form; `told` are the caps that were logged, each once a run."""

    most: int = MOST_A_RUN
    sent: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)

    def is_spent(self, cap: str = "all") -> bool:
        """Return whether no further mail goes out in this run; `cap` is the word in the log."""
        if self.sent.total() < self.most:
            return False
        self.tell(cap)
        return True

    def is_full(self, form: str) -> bool:
        """Return whether no further mail of one form goes out in this run."""
        if self.sent[form] < MOST_OF_A_FORM:
            return False
        self.tell("form")
        return True

    def tell(self, cap: str) -> None:
        """Log that a cap bites: an alarm tells the shop (infra/template.yaml)."""
        if cap not in self.told:
            self.told.add(cap)
            log.warning("asks_capped", extra={"reason": cap})
