"""A run over many items, in which one item that fails holds up no other."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import KeyUnavailableError, RegularsError
from chalicelib.logs import locate_error

log = logging.getLogger(__name__)

FORESEEN = (RegularsError, ClientError, BotoCoreError)
OUTAGES = (KeyUnavailableError, ClientError, BotoCoreError)  # nothing is wrong with the item: try again later

Item = TypeVar("Item")
Key = TypeVar("Key")


def run_each(
    items: Iterable[Item],
    step: Callable[[Item], str],
    *,
    name: str,
    key: Callable[[Item], str] = str,
    until: float | None = None,
) -> dict[str, int]:
    """Take one step with each item; return counts by outcome. Stop at `until` (monotonic seconds).

    When a step raises any exception, the item is logged as `<name>_postponed` by its `key`, an id that names no person,
    and the run goes on: a fault in one item must not delay the others, run after run.
    """
    counts: Counter[str] = Counter()
    for item in items:
        if until is not None and time.monotonic() > until:
            break
        try:
            counts[step(item)] += 1
        except Exception as fault:
            note_fault(name, key(item), fault)
            counts["postponed"] += 1
    return dict(counts)


def read_each(
    keys: Iterable[Key], read: Callable[[Key], Item | None], *, name: str, tell: Callable[[Key], str] = str
) -> Iterator[Item]:
    """Yield what is read under each key, where there is anything; a row that cannot be read is logged and left out.

    A row of a later version, or a broken one, must not end the list in which it stands.
    """
    for key in keys:
        try:
            found = read(key)
        except Exception as fault:
            note_fault(name, tell(key), fault)
            continue
        if found is not None:
            yield found


def note_fault(name: str, key: str, fault: Exception) -> None:
    """Log an item that is left for a later run, as `<name>_postponed`; `key` names no person."""
    # No `exc_info`: a process without the safe formatter would print the exception's text.
    found = {"key": key, "fault": type(fault).__name__, "at": locate_error(fault.__traceback__)}
    # An outage passes by itself; any other fault is a defect, and no crash of the function tells of it.
    level = logging.WARNING if isinstance(fault, FORESEEN) else logging.ERROR
    log.log(level, f"{name}_postponed", extra=found)  # noqa: G004 - a fixed word
