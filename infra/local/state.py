"""The state file of the running stack, for the commands and processes that work on it."""

import json
from typing import Any

from infra.places import LOCAL

STATE = LOCAL / "state.json"


def read_state() -> dict[str, Any]:
    """Return pid, url, mailbox, events, environ and made (each resource's attributes); raise SystemExit without one."""
    try:
        state: dict[str, Any] = json.loads(STATE.read_text())
    except FileNotFoundError:
        raise SystemExit("Nothing is running, or it is only just starting: `make run`, and try again.") from None
    return state
