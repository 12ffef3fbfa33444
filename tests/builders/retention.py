"""A customer with one of everything that goes in time. Builders for tests."""

from datetime import timedelta

from chalicelib.outreach.decide import handle_customer
from chalicelib.settling.dispatch import settle_item
from chalicelib.shop.retention import find_span
from tests.builders.links import a_link
from tests.builders.mails import DUE, Post, sign_up, tell
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission

ASHA = "asha@example.org"
DAY = timedelta(days=1)
OLD = DUE + find_span("clicks") + 2 * DAY  # later than anything of the first week is kept


def join(shop, email=ASHA, at=NOW, **known):
    """Let somebody write to the shop; return their id."""
    shop.take(a_submission(email=email, at=at, **known))
    return shop.find_id(email)


def mail_and_click(shop, clicks=1):
    """Let somebody join, get a mail and click it; return their id."""
    customer, post = sign_up(shop, ASHA), Post("unknown")
    handle_customer(customer, shop.services(post), DUE)
    tell(shop, "Delivery", post.sent[0][2])
    [mail] = shop.services().mails.list_mails(customer)
    name = next(link for link in mail.links if not link.startswith("mail:"))
    for number in range(clicks):
        press(shop, name, f"person{number}" if number else "person")
    return customer


def press(shop, name, by):
    """Let a link of the mail be visited a day after it came."""
    from chalicelib.senders.link import note_click

    settle_item(shop.accept(note_click(a_link("go", mail_id="m1"), name, by, DUE + DAY)), shop.services(), DUE + DAY)


def leave_things_behind(shop):
    """Let somebody have one of everything that goes in time, and still be a customer."""
    customer = mail_and_click(shop)
    settle_item(shop.accept(an_order(ASHA, number=8)), shop.services(), DUE + 2 * DAY)
    join(shop, at=OLD - DAY)
    return customer
