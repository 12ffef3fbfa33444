"""How Lambda's event source mapping deals with a batch: filter, retries after a crash, giving up."""

import base64
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

Record = dict[str, Any]
Call = Callable[[list[Record]], Any]  # invokes the function with these records
GiveUp = Callable[[Sequence[Record]], None]

log = logging.getLogger(__name__)


def matches_pattern(pattern: Any, value: Any) -> bool:
    """Return whether a record fits one filter pattern. Only equality is known: `{"eventName": ["INSERT"]}`."""
    if isinstance(pattern, Mapping):
        return isinstance(value, Mapping) and all(matches_pattern(pattern[name], value.get(name)) for name in pattern)
    return value in pattern


def passes_filters(criteria: Mapping[str, Any], record: Record) -> bool:
    """Return whether a record fits any of a mapping's filters; without filters every record does."""
    filters = criteria.get("Filters", ())
    return not filters or any(matches_pattern(json.loads(each["Pattern"]), record) for each in filters)


def deliver_batch(call: Call, records: Sequence[Record], *, retries: int, give_up: GiveUp, wait: float = 0.1) -> None:
    """Call the function with a stream batch, again after a crash, and give the batch up after `retries` more calls.

    AWS would halve the batch first; here the whole batch is given up. The sweeper settles what it names either way.
    """
    if not records:
        return
    for turn in range(retries + 1):
        if turn:
            time.sleep(wait * 2 ** (turn - 1))
        try:
            if not read_failures(call(list(records))):
                return
        except Exception:
            log.exception("the function failed")
    give_up(records)


def read_failures(answer: Any) -> set[str]:
    """Return the ids in `batchItemFailures`; a malformed answer fails the whole batch, as Lambda has it."""
    items = answer.get("batchItemFailures") or [] if isinstance(answer, Mapping) else []
    return {str(item["itemIdentifier"]) for item in items}


def shape_record(record: Record, arn: str, view: str, now: datetime) -> Record:
    """Turn a record as the streams API gives it into one as Lambda does; its time is the stack's."""
    stream = {name: write_value(value) for name, value in record["dynamodb"].items()}
    stream["ApproximateCreationDateTime"] = now.timestamp()
    stream["StreamViewType"] = view
    shaped = {"eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1", "eventSourceARN": arn}
    shaped |= {name: record[name] for name in ("eventID", "eventName", "userIdentity") if name in record}
    return {**shaped, "dynamodb": stream}


def write_value(value: Any) -> Any:
    """Write bytes as base64, as JSON has to."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: write_value(part) for name, part in value.items()}
    return [write_value(part) for part in value] if isinstance(value, list) else value
