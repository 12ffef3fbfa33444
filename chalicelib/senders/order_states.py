"""An order's state by the sender's own word. A word that we do not know counts as open, and staff see it in the log."""

import logging
import re
from collections.abc import Mapping
from functools import cache

from chalicelib.models import JsonValue, OrderState

log = logging.getLogger(__name__)

UNKNOWN_STATE = "unknown_state"  # the note of a Reading that holds such a word
PLAIN = re.compile(r"[a-z][a-z_-]{0,39}")


def choose_state(word: str, states: Mapping[str, OrderState]) -> OrderState:
    """Return the state that a word stands for."""
    return states.get(word, OrderState.OPEN)


def note_state(word: str, states: Mapping[str, OrderState]) -> dict[str, JsonValue]:
    """Return the note of a word that is not in the table; one that is no plain word is noted as `odd`."""
    if word in states or not word:
        return {}
    return {UNKNOWN_STATE: word if PLAIN.fullmatch(word) else "odd"}


@cache
def report_state(sender: str, state: str) -> None:
    """Log an unknown word, once in the life of a container: a history is read again and again."""
    log.warning("order_state_unknown", extra={"sender": sender, "reason": state})
