"""Moves the row of a request to its next state, in a transaction of its own."""

from dataclasses import replace
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.services import Services
from chalicelib.store.requests import RequestRow, RequestState


def move_row(
    row: RequestRow, state: RequestState, due: datetime, services: Services, now: datetime, reason: str = ""
) -> str:
    """Move a request to another state, if no other worker changed it; return the state. Raise RaceLostError."""
    moved = replace(row, state=state, due_at=utc_text(due), reason=reason)
    services.table.commit_parts([services.requests.write_row(moved, now)])
    return state.value
