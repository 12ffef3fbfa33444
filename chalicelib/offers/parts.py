"""Codes are advanced at a shop a part at a time: a part that fails holds up no other."""

from collections.abc import Callable, Sequence

from chalicelib.errors import ShopUnavailableError
from chalicelib.store.codes import CodeRow

MISSES = 3  # parts that fail in a row: then the shop is down, and each further call may wait for its timeout


def advance_parts(rows: Sequence[CodeRow], size: int, advance: Callable[[list[CodeRow]], None]) -> None:
    """Advance every part of the rows; what was done is kept, should another part fail.

    Raise the last ShopUnavailableError once the others had their turn, and at once after three in a row.
    """
    missed, fault = 0, None
    for start in range(0, len(rows), size):
        try:
            advance(list(rows[start : start + size]))
            missed = 0
        except ShopUnavailableError as failed:
            missed, fault = missed + 1, failed
            if missed == MISSES:
                break
    if fault:
        raise fault
