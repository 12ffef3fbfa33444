"""Moves the row of a request to its next state, in a transaction of its own."""

from dataclasses import replace
from datetime import datetime

from chalicelib.models import RequestKind, utc_text
from chalicelib.services import Services
from chalicelib.store.requests import TAKEN, RequestRow, RequestState


def move_row(
    row: RequestRow, state: RequestState, due: datetime, services: Services, now: datetime, reason: str = ""
) -> str:
    """Move a request to another state, if no other worker changed it; return the state. Raise RaceLostError."""
    moved = replace(row, state=state, due_at=utc_text(due), reason=reason)
    services.table.commit_parts([services.requests.write_row(moved, now)])
    return state.value


def end_unproven(row: RequestRow, services: Services, now: datetime) -> str:
    """End a request whose address is not the person's any more; a move to a taken address is left to staff."""
    if row.kind == RequestKind.MOVE.value:
        return move_row(row, RequestState.UNREACHABLE, row.answer_by, services, now, TAKEN)
    return move_row(row, RequestState.EXPIRED, now, services, now, "address given up")
