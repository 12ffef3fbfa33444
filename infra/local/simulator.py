"""SES's mailbox simulator for the local stack: a mail to one of its addresses has the events that SES publishes.

    bounce@simulator.amazonses.com       a permanent bounce
    complaint@simulator.amazonses.com    delivered, then complained of
    any other                            delivered

What stands behind a `+` changes nothing. The events go to the feedback topic, and from there the same way as on AWS.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.addresses import is_simulated
from infra.target import LOCAL_STAGE

TOPIC = f"regulars-{LOCAL_STAGE}-feedback"
KINDS = {"bounce": ("bounce",), "complaint": ("delivery", "complaint")}
OTHERS = ("delivery",)
Publish = Callable[[str], None]
EVENTS: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "delivery": ("Delivery", {"delivery": {}}),
    "bounce": ("Bounce", {"bounce": {"bounceType": "Permanent", "bounceSubType": "General"}}),
    "full": ("Bounce", {"bounce": {"bounceType": "Transient", "bounceSubType": "MailboxFull"}}),
    "complaint": ("Complaint", {"complaint": {"complaintFeedbackType": "abuse"}}),
    "not-spam": ("Complaint", {"complaint": {"complaintFeedbackType": "not-spam"}}),
}
RECIPIENTS = {"bounce": "bouncedRecipients", "complaint": "complainedRecipients"}


def answer_mail(request: dict[str, Any], publish: Publish) -> None:
    """Publish the events of one SendEmail request, where its mail goes to the simulator."""
    for event in list_events(request):
        publish(event)


def list_events(request: dict[str, Any]) -> Iterator[str]:
    """Yield the events of a SendEmail request's mail, as SES writes them."""
    attempts = [tag["Value"] for tag in request.get("EmailTags", ()) if tag["Name"] == "attempt"]
    for address in request.get("Destination", {}).get("ToAddresses", ()):
        if is_simulated(address) and attempts:
            local = address.partition("@")[0].partition("+")[0]
            yield from (write_event(kind, address, attempts[0]) for kind in KINDS.get(local, OTHERS))


def write_event(event: str, email: str, attempt: str) -> str:
    """Return an event as SES writes it."""
    kind, detail = EVENTS[event]
    for part, recipients in RECIPIENTS.items():
        if part in detail:
            detail = {part: {**detail[part], recipients: [{"emailAddress": email}]}}
    return json.dumps({"eventType": kind, "mail": {"tags": {"attempt": [attempt]}}, **detail})


def publish_event(message: str) -> None:
    """Publish an event to the feedback topic of moto's SNS in this process; without a topic nobody listens."""
    from moto.sns.models import sns_backends

    topics = [
        topic
        for regions in sns_backends.values()
        for backend in regions.values()
        for topic in backend.topics.values()
        if topic.name == TOPIC
    ]
    for topic in topics:
        topic.publish(message)
