"""How Lambda's event source mapping deals with a batch: filter, partial failures, bisection, retries, giving up."""

import base64
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

Record = dict[str, Any]
Call = Callable[[list[Record]], Any]  # invokes the function with these records

log = logging.getLogger(__name__)


def matches_pattern(pattern: Any, value: Any) -> bool:
    """Tell whether a record fits one filter pattern. Only equality is known: `{"eventName": ["INSERT"]}`."""
    if isinstance(pattern, Mapping):
        return isinstance(value, Mapping) and all(matches_pattern(pattern[name], value.get(name)) for name in pattern)
    return value in pattern


def passes_filters(criteria: Mapping[str, Any], record: Record) -> bool:
    """Tell whether a record fits any of a mapping's filters; without filters every record does."""
    filters = criteria.get("Filters", ())
    return not filters or any(matches_pattern(json.loads(each["Pattern"]), record) for each in filters)


def deliver_batch(
    call: Call, records: Sequence[Record], *, retries: int, give_up: Callable[[Record], None], wait: float = 0.1
) -> None:
    """Hand a stream batch over in order. A record that keeps failing is given up after `retries` and holds up no more.

    A partial answer is retried from its first failed record; a crash bisects the batch until the culprit is alone.
    """
    rest = list(records)
    while rest:
        failed = find_failure(call, rest)
        if failed is None:
            return
        if failed == 0 and len(rest) > 1:
            half = len(rest) // 2
            deliver_batch(call, rest[:half], retries=retries, give_up=give_up, wait=wait)
            rest = rest[half:]
        elif failed == 0:
            retry_record(call, rest[0], retries, give_up, wait)
            return
        else:
            rest = rest[failed:]


def retry_record(call: Call, record: Record, retries: int, give_up: Callable[[Record], None], wait: float) -> None:
    """Try one failed record again, waiting twice as long each time; give it up in the end."""
    for turn in range(retries):
        time.sleep(wait * 2**turn)
        if find_failure(call, [record]) is None:
            return
    give_up(record)


def find_failure(call: Call, records: list[Record]) -> int | None:
    """Call the function; return the place of the first record that it reports as failed, 0 for a crash, or None."""
    try:
        failed = read_failures(call(records))
    except Exception:
        log.exception("the function failed")
        return 0
    places = [place for place, record in enumerate(records) if name_record(record) in failed]
    return min(places) if places else (0 if failed else None)


def read_failures(answer: Any) -> set[str]:
    """Return the ids in `batchItemFailures`; a malformed answer fails the whole batch, as Lambda has it."""
    items = answer.get("batchItemFailures") or [] if isinstance(answer, Mapping) else []
    return {str(item["itemIdentifier"]) for item in items}


def name_record(record: Record) -> str:
    """Return what `batchItemFailures` calls a record: a stream's sequence number, a queue's message id."""
    stream = record.get("dynamodb")
    return str(stream["SequenceNumber"] if stream else record["messageId"])


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
