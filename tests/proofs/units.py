"""Write units per submission. Puts as DynamoDB Local counts them; transactions by AWS's rule, which it gets wrong:
two units per started kilobyte of each item, and as much again for each index entry written or deleted.
"""

import json
import math
from collections import Counter
from typing import Any

from chalicelib.door import open_door
from chalicelib.models import Submission, Trust
from chalicelib.services import DOOR_TIMEOUTS, WORK_TIMEOUTS, current_services, make_client

Item = dict[str, Any]


def size_item(item: Item) -> int:
    """Return an item's size in bytes by DynamoDB's rule: names and values in UTF-8, numbers roughly a byte a digit."""
    total = 0
    for name, typed in item.items():
        [(_, value)] = typed.items()
        total += len(name.encode()) + (len(value) if isinstance(value, bytes) else len(str(value).encode()))
    return total


def count_put(client: Any, stage: str, item: Item) -> float:
    """Return the units of one accepting put, its index entry included, as DynamoDB Local counts them."""
    answer = client.put_item(TableName=f"regulars-{stage}-inbox", Item=item, ReturnConsumedCapacity="TOTAL")
    return float(answer["ConsumedCapacity"]["CapacityUnits"])


def count_parts(parts: list[dict[str, Any]], old_inbox: Item) -> Counter[str]:
    """Return the units of a settling transaction by what they are for."""
    units: Counter[str] = Counter()
    for part in parts:
        if "Update" in part:  # the inbox item: as large as it was, and its index entry deleted
            units["inbox tombstone"] += 2 * math.ceil(size_item(old_inbox) / 1024) + 2
            continue
        item = part["Put"]["Item"]
        kind = item.get("sk", {"S": "key"})["S"].partition("#")[0]
        units[kind] += 2 * math.ceil(size_item(item) / 1024)
    return units


def watch_commit(people: Any, submission: Submission) -> tuple[Item, list[dict[str, Any]]]:
    """Accept and settle one submission; return the inbox item as it was and the transaction's parts."""
    from chalicelib.door.intake import name_submission
    from chalicelib.settling.dispatch import settle_item

    services, door = current_services(), open_door()
    door.accept(submission)
    key = name_submission(submission, door.parameters.read_door_key(submission.received_at))
    client = make_client("dynamodb", WORK_TIMEOUTS)
    old = client.get_item(TableName=services.inbox.table.name, Key={"pk": {"S": key}})["Item"]
    seen: list[dict[str, Any]] = []
    commit = services.table.commit_parts
    services.table.commit_parts = lambda parts: seen.extend(parts) or commit(seen)  # type: ignore[method-assign]
    outcome = settle_item(key, services, submission.received_at)
    services.table.commit_parts = commit  # type: ignore[method-assign]
    assert outcome == "settled", outcome
    return old, seen


def print_units(stage: str) -> None:
    """Print what a form and an order cost, for someone new and for someone known."""
    from tests.builders.shop import a_submission
    from tests.proofs.bench import make_order

    client = make_client("dynamodb", DOOR_TIMEOUTS)
    words = "Yes, please write to me now and then about what is new, and about offers for regulars."
    consent = {"purpose": "marketing", "words": words, "words_version": "2026-01-01", "language": "en"}
    form = a_submission(email="asel@example.org", name="Әсел Бекова", consents=[consent])
    order = form.model_copy(
        update={"sender": "shopify", "shop": "corner.example", "topic": "orders/create", "body": make_order(1)}
    )
    order = order.model_copy(update={"trust": Trust.SIGNED, "claims": ("event:1", "webhook:1")})
    again = order.model_copy(update={"body": make_order(2), "claims": ("event:2", "webhook:2")})
    for name, submission in (("form, someone new", form), ("order, someone new", order), ("order, known", again)):
        old, parts = watch_commit(None, submission)
        accept = count_put(client, stage, {**old, "pk": {"S": f"again-{name}"}})
        units = count_parts(parts, old)
        size = len(submission.body)
        print(f"{name}: {size} bytes in, {size_item(old)} stored; accept {accept:g} write units, ", end="")
        print(f"settle {units.total()} ({json.dumps(units)})")
