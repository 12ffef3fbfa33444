"""Mails of a test's own: who gets them, what SES answers and says of them. Builders for tests."""

import json
from collections import Counter
from datetime import timedelta

from chalicelib.addresses import normalise_email
from chalicelib.mails.ses import Outcome
from chalicelib.models import Identity
from chalicelib.senders.ses import parse_notification
from chalicelib.settling.dispatch import settle_item
from tests.builders.shop import NOW, a_submission

CONSENT = {"purpose": "marketing", "words": "Yes, write to me.", "words_version": "2026-01-01", "language": "en"}
DUE = NOW + timedelta(days=8)


class Post:
    """Stands for SES at the edge of the system: answers as told, and keeps what it was handed."""

    def __init__(self, *kinds):
        self.kinds = list(kinds)
        self.sent: list[tuple[str, object, str]] = []

    def send_mail(self, to, mail, *, attempt_id, campaign):
        self.sent.append((to, mail, attempt_id))
        kind = self.kinds.pop(0) if self.kinds else "accepted"
        if isinstance(kind, BaseException):
            raise kind
        return Outcome(kind=kind, message_id=f"id-{attempt_id}" if kind == "accepted" else "", code="")


def sign_up(shop, email="asel@example.org", **fields) -> str:
    """Let somebody join the list; return their id."""
    shop.take(a_submission(email=email, name="Асель", entry={"topic": "tea"}, consents=[CONSENT], **fields))
    return shop.find_id(email)


def count_facts(services, campaign="welcome") -> Counter:
    """Return how many facts of each kind there are."""
    return Counter(fact.kind for fact in services.facts.list_facts(campaign))


def stop_address(shop, email, reason="bounced", at=NOW):
    """Stop an address, as a bounce does."""
    services = shop.services()
    rows = services.people.name_rows(Identity(kind="email", value=normalise_email(email)))
    services.people.table.commit_parts([services.suppressions.write_stop(row, reason, at) for row in rows])


class Killed(BaseException):
    """A process that ends at once."""


def tell(shop, kind, attempt, at=DUE, **detail):
    """Let SES say something of an attempt, through SNS and the inbox; return the outcome."""
    event = {"eventType": kind, "mail": {"tags": {"attempt": [attempt]}}, **detail}
    sns = {"MessageId": f"{kind}-{attempt}-{at}", "Timestamp": at.isoformat(), "Message": json.dumps(event)}
    submission = parse_notification({"Sns": sns}, at)
    return settle_item(shop.accept(submission), shop.services(), at)


def list_reasons(shop, email) -> set[str]:
    """Return why an address is stopped."""
    services = shop.services()
    rows = services.people.name_rows(Identity(kind="email", value=normalise_email(email)))
    return set(services.suppressions.list_stops(rows))


BOUNCE = {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "Asel@example.org"}]}}
SOFT = {"bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "asel@example.org"}]}}
COMPLAINT = {"complaint": {"complainedRecipients": [{"emailAddress": "asel@example.org"}]}}
NOT_SPAM = {
    "complaint": {"complaintFeedbackType": "not-spam", "complainedRecipients": [{"emailAddress": "asel@example.org"}]}
}
