"""Pre-orders and warranty cards of a test's own, and the mails that confirm them. Builders for tests."""

import re
from datetime import timedelta

from chalicelib.campaigns.library import list_campaigns
from chalicelib.forms.library import find_form
from chalicelib.forms.post import sort_post
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import Submission, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.senders.form import make_submission
from chalicelib.senders.link import withdraw_entry
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import name_token
from chalicelib.strictjson import dump_json
from tests.builders.optin import START

ASHA = "asha@example.com"
ANSWERS = {
    "pre-order": {"item": "Blue teapot", "quantity": "2", "needed_by": "2090-12-24", "name": "Asha Rao"},
    "warranty": {"product": "Kettle 3000", "serial_number": "K-1", "purchased_on": "2090-02-01", "name": "Asha Rao"},
}
CAMPAIGNS = ("pre-order-received", "warranty-received", "pre-order-shipped", "staff-entry-received")


def an_entry(form="pre-order", email=ASHA, at=START, address="203.0.113.7", **answers):
    """Return the post of a form."""
    own = find_form(form)
    given = {**ANSWERS[form], **({"email": email} if email else {}), "language": "en", **answers}
    post = sort_post(own, given)
    occasion = Occasion("US", at.date())
    clean = validate_form(own, post.values, language=post.language, shop="Corner Shop", occasion=occasion)
    return make_submission(clean, post, trust=Trust.ANONYMOUS, address=address, header_key=at.isoformat(), now=at)


def take_entry(shop, submission):
    """Post a form and settle it, while the campaigns of these mails run; return its inbox key."""
    key = shop.accept(submission)
    assert settle_item(key, serve(shop), submission.received_at) == "settled"
    return key


def serve(shop, post=None):
    """Return services with the campaigns that ship for these entries."""
    return shop.services(post, *(each for each in list_campaigns() if each.name in CAMPAIGNS))


def send_due(shop, post, at=START, email=ASHA):
    """Take one step with a customer, as the queue does; return its outcome."""
    return handle_customer(shop.find_id(email), serve(shop, post), at)


def read_token(post, number=-1):
    """Return the token in the link of a mail that was sent."""
    return re.search(r"/entries/([\w-]{43})", post.sent[number][1].text)[1]


def withdraw(shop, token, at=START + timedelta(hours=1)):
    """Press the button of the page behind a link; return the outcome, or None where it was pressed before."""
    services = serve(shop)
    pressed = withdraw_entry(services.links.read_link(token, at), name_token(token), at)
    return settle_item(shop.accept(pressed), services, at)


def report_shipped(shop, at=START + timedelta(days=1), email=ASHA, **data):
    """Let a system of the shop report that a pre-order was shipped; return the outcome."""
    told = Submission(
        sender="webhooks",
        topic="pre-order.shipped",
        trust=Trust.SIGNED,
        received_at=at,
        occurred_at=at,
        body=dump_json({"type": "pre-order.shipped", "data": {"email": email, **data}}),
    )
    return settle_item(shop.accept(told), serve(shop), at)
