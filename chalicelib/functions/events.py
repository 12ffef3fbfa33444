"""Events in: what Lambda hands to the functions in app.py. The time comes from the event, never from the clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import HandlerFailedError
from chalicelib.mails.pace import LONGEST_RUN, Pace
from chalicelib.services import (
    open_answering,
    open_asking,
    open_delivery,
    open_door,
    open_erasing,
    open_forgetting,
    open_outreach,
    open_planning,
    open_quota,
    open_relay,
    open_retiring,
    open_settling,
)
from chalicelib.strictjson import parse_json

if TYPE_CHECKING:
    from chalicelib.mails.ses import Quota

log = logging.getLogger(__name__)

HIDDEN_FOR = timedelta(seconds=360)  # the VisibilityTimeout of the queue of mails


def settle_records(event: dict[str, Any]) -> dict[str, Any]:
    """Settle the inbox items that a stream batch names.

    No record is ever reported as failed: what cannot be settled now waits for the sweeper and blocks nobody.
    """
    from chalicelib.settling.dispatch import settle_keys  # settling alone pays for its imports

    records = [record for record in event["Records"] if record["eventName"] == "INSERT"]
    keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in records]
    if keys:
        counts = settle_keys(keys, open_settling(), latest_time(records))
        log.info("settled", extra={"counts": counts})
    return {"batchItemFailures": []}


def latest_time(records: list[dict[str, Any]]) -> datetime:
    """Return when the youngest record was made (epoch seconds in the event), aware UTC."""
    return datetime.fromtimestamp(
        max(float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in records), UTC
    )


def sweep_inbox(event: dict[str, Any]) -> dict[str, Any]:
    """Settle what is late at the time that the schedule's event names."""
    from chalicelib.settling.dispatch import sweep_inbox as sweep

    counts = sweep(open_settling(), event_time(event))
    log.info("swept", extra={"counts": counts})
    return counts


def ask_confirmations(event: dict[str, Any]) -> dict[str, int]:
    """Ask for the yes of a double opt-in where it is time, if SES lets us send at all."""
    from chalicelib.optin.ask import ask_waiting

    tools = open_asking()
    if not may_send(tools.pace, "ask_confirmations"):
        return {}
    counts = ask_waiting(tools, event_time(event))
    log.info("asked", extra={"counts": counts})
    return counts


def answer_requests(event: dict[str, Any]) -> dict[str, int]:
    """Bring requests of people about their data on; packages are made also while SES lets us send nothing."""
    from chalicelib.data_requests.run import answer_requests as answer

    tools = open_answering()
    counts = answer(tools, event_time(event), mails=may_send(tools.pace, "answer_requests"))
    log.info("answered", extra={"counts": counts})
    return counts


def forget_people(event: dict[str, Any]) -> dict[str, int]:
    """Bring on every erasure, and every walk through a shop's people, at the time that the schedule's event names."""
    from chalicelib.erasure.run import advance_erasures
    from chalicelib.erasure.shops import erase_shop_customers

    tools, now = open_erasing(), event_time(event)
    counts = {"by_shop": erase_shop_customers(open_forgetting(), now), **advance_erasures(tools, now)}
    log.info("forgotten", extra={"counts": counts})
    return counts


def retire_data(event: dict[str, Any]) -> dict[str, int]:
    """Look at everybody who is due at the time that the schedule's event names; let go what was kept long enough."""
    from chalicelib.retention.run import retire_people

    counts = retire_people(open_retiring(), event_time(event))
    log.info("retired", extra={"counts": counts})
    return counts


def plan_mails(event: dict[str, Any]) -> dict[str, int]:
    """Queue everybody who is due at the time that the schedule's event names."""
    from chalicelib.outreach.tools import LOOK_BACK_WEEKS

    customers, queue = open_planning()
    count = queue.send_ids(customers.list_due(event_time(event), LOOK_BACK_WEEKS))
    log.info("planned", extra={"counts": {"queued": count}})
    return {"queued": count}


def send_mails(event: dict[str, Any]) -> dict[str, Any]:
    """Bring each queued customer one step on. A message some of whose people must wait comes back whole."""
    end = time.monotonic() + LONGEST_RUN
    quota = ask_quota(open_outreach().pace, "send_mails")
    if quota is not None and not quota.allows_mail:
        return {"batchItemFailures": []}  # a day's quota is no failure: who is due stays due, and is queued again
    failures = [record for record in event["Records"] if quota is None or not send_record(record, end)]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failures]}


def may_send(pace: Pace, function: str) -> bool:
    """Ask SES whether anything may be sent at all, and keep the function's share of its rate."""
    quota = ask_quota(pace, function)
    return quota is not None and quota.allows_mail


def ask_quota(pace: Pace, function: str) -> Quota | None:
    """Return what SES lets us send, or None where it cannot be asked; `pace` takes the function's share of its rate."""
    try:
        quota = open_quota()
    except (ClientError, BotoCoreError) as fault:
        log.warning("quota_unknown", extra={"fault": type(fault).__name__})
        return None
    pace.set_rate(quota.per_second, function)
    if not quota.allows_mail:
        log.warning("quota_used", extra={"key": function})
    return quota


def send_record(record: dict[str, Any], end: float) -> bool:
    """Handle the people of one message until `end` (monotonic); return whether all of them are done with."""
    from chalicelib.outreach.decide import handle_customer

    now = receive_time(record["attributes"])
    counts: dict[str, int] = {}
    for customer_id in parse_ids(record["body"]):
        if time.monotonic() > end:
            counts["postponed: late"] = 1
            break
        try:
            outcome = handle_customer(customer_id, open_outreach(), now)
        except Exception as fault:  # whatever is wrong with one person must not hold up the others, time and again
            log.warning("mail_postponed", extra={"customer": customer_id}, exc_info=True)
            outcome = f"postponed: {type(fault).__name__}"
        counts[outcome] = counts.get(outcome, 0) + 1
    log.info("handled", extra={"counts": counts})
    return not any(outcome == "throttled" or outcome.startswith("postponed") for outcome in counts)


def receive_time(attributes: dict[str, str]) -> datetime:
    """Return when a message was received, aware UTC: SQS tells the first time, and how often it came since.

    Each time it comes again it is later by what the queue hides it for. Who took the first time for now would still
    mail in the evening what first came by day.
    """
    first = datetime.fromtimestamp(int(attributes["ApproximateFirstReceiveTimestamp"]) / 1000, UTC)
    return first + HIDDEN_FOR * (int(attributes.get("ApproximateReceiveCount", "1")) - 1)


def parse_ids(body: str) -> list[str]:
    """Return the customer ids of a message that we queued ourselves."""
    return [str(one) for one in parse_json(body.encode())]


def reconcile_mails(event: dict[str, Any]) -> dict[str, int]:
    """Close mails that stayed open for an hour before the time that the schedule's event names."""
    from chalicelib.outreach.reconcile import reconcile_mails as reconcile

    tools = open_outreach()
    if not may_send(tools.pace, "reconcile_mails"):
        return {}
    counts = reconcile(tools, event_time(event))
    log.info("reconciled", extra={"counts": counts})
    return counts


def record_feedback(event: dict[str, Any]) -> dict[str, int]:
    """Accept what SES says of mails into the inbox, like everything else that happens."""
    from chalicelib.senders.ses import parse_notification

    counts = {"accepted": 0, "not ours": 0}
    for record in event["Records"]:
        moment = datetime.fromisoformat(record["Sns"]["Timestamp"]).astimezone(UTC)
        submission = parse_notification(record, moment)
        if submission is not None:
            open_door().accept(submission)
        counts["accepted" if submission else "not ours"] += 1
    log.info("feedback", extra={"counts": counts})
    return counts


def relay_events(event: dict[str, Any]) -> dict[str, int]:
    """Queue what waits in the outbox at the time that the schedule's event names."""
    from chalicelib.downstream.relay import relay_events as relay

    counts = relay(open_relay(), event_time(event))
    log.info("relayed", extra={"counts": counts})
    return counts


def deliver_events(event: dict[str, Any]) -> dict[str, Any]:
    """Post each message of a batch to its target; what fails comes again later.

    The one place that reads the clock: SQS does not say when a message comes again, and a signature carries the time
    of its attempt.
    """
    from chalicelib.downstream.delivery import deliver_records

    failed = deliver_records(event["Records"], open_delivery(), datetime.now(UTC))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def event_time(event: dict[str, Any]) -> datetime:
    """Return a schedule event's own time (RFC 3339), aware UTC."""
    return datetime.fromisoformat(event["time"]).astimezone(UTC)


def hide_failure(event: Any, handle_event: Callable[[Any], Any]) -> Any:
    """Log a crash by type and place, and pass on only the type: Lambda prints whatever text is raised."""
    try:
        return handle_event(event)
    except Exception as fault:
        log.exception("handler_failed")
        raise HandlerFailedError(type(fault).__name__) from None
