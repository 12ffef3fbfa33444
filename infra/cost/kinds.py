"""What a thousand of each thing costs: measured units at list prices."""

from typing import Any

from infra.cost.prices import MONTH_MINUTES, find_price, list_kinds

# Seconds of a function of 512 MB, estimated from the CPU that was measured here (5 to 7 ms on one whole core) and a few
# calls of DynamoDB; the first weeks of a stage say better (`make cost STAGE=...` reads what was billed).
DOOR_SECONDS, SETTLE_SECONDS, MAIL_SECONDS = 0.02, 0.055, 0.3
GIGABYTES = 0.5
MAIL_EVENTS = 2  # SES tells of sending and of delivery


def price_kind(kind: dict[str, Any]) -> float:
    """Return what one of a kind costs, in US dollars."""
    requests, mails = kind.get("requests", 0), kind.get("mails", 0)
    seconds = requests * (DOOR_SECONDS + SETTLE_SECONDS) + mails * MAIL_SECONDS
    price: float = (
        kind["write"] * find_price("dynamodb", "write")
        + kind["read"] * find_price("dynamodb", "read")
        + requests * find_price("gateway", "rest")
        + (requests + mails) * find_price("lambda", "request")
        + seconds * GIGABYTES * find_price("lambda", "gigabyte_second")
        + mails * (find_price("ses", "mail") + MAIL_EVENTS * find_price("ses", "event"))
    )
    return price


def price_thousands() -> list[tuple[str, float]]:
    """Return each kind in words, and what a thousand of it cost."""
    return [(kind["what"], 1_000 * price_kind(kind)) for kind in list_kinds().values()]


def price_ceiling(per_second: float) -> float:
    """Return what a month costs in which strangers post forms as fast as the door takes them, all settled."""
    return per_second * MONTH_MINUTES * 60 * price_kind(list_kinds()["form-new"])
