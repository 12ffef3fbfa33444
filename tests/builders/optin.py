"""Sign-ups that wait for their yes. Builders for tests."""

from datetime import UTC, datetime, timedelta

from chalicelib.models import Submission, Trust
from chalicelib.senders.link import answer_confirmation
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import name_token
from chalicelib.strictjson import dump_json
from tests.builders.mails import CONSENT

# DynamoDB Local removes what has expired by the machine's own clock: these tests happen far ahead of it.
START = datetime(2090, 3, 1, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASEL = "asel@example.org"


def a_sign_up(email=ASEL, at=START, form="sign-up", name="Асель") -> Submission:
    """Return the post of a form that asks to confirm."""
    body = {
        "form": form,
        "kind": "sign-up",
        "version": "2026-01-01",
        "language": "en",
        "fields": {"email": email, "name": name},
        "entry": {},
        "consents": [CONSENT],
        "confirm": True,
        "title": "Join our list",
    }
    return Submission(
        sender="form",
        topic=form,
        trust=Trust.ANONYMOUS,
        received_at=at,
        occurred_at=at,
        idempotency_key=at.isoformat(),
        network="203.0.113.0/24",
        body=dump_json(body),
    )


def sign_up(shop, email=ASEL, at=START, form="sign-up", name="Асель") -> str:
    """Post a form that asks to confirm, and settle it; return its inbox key."""
    key = shop.accept(a_sign_up(email, at, form, name))
    assert settle_item(key, shop.services(), at) == "unconfirmed"
    return key


def read_token(post, number=-1) -> str:
    """Return the token in the link of a mail that was sent."""
    text = post.sent[number][1].text
    return text.split("/confirm/")[1].split()[0]


def press(shop, token, answer, at=START + HOUR) -> str:
    """Press a button of the confirmation page; return the outcome."""
    link = shop.services().links.read_link(token, at)
    assert link is not None
    confirmed = answer == "yes"
    pressed = answer_confirmation(link, name_token(token), at, confirmed=confirmed, network="198.51.100.0/24")
    return settle_item(shop.accept(pressed), shop.services(), at)
