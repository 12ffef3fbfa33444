"""The mail about what staff wrote down for somebody: sent where no confirmation is asked for, undone by one button."""

import pytest

from chalicelib.models import ConsentState
from chalicelib.outreach.decide import handle_customer
from chalicelib.senders.link import withdraw_entry
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import name_token
from tests.builders.desk import read_id
from tests.builders.entries import read_token, serve
from tests.builders.mails import Post

ANA = "ana@example.org"
SIGN_UP = {"email": ANA, "consent_marketing": "2026-11-30", "language": "en"}


def sign_up(browser, page, **fields):
    submission = read_id(browser.read(page))
    answer = browser.post(page, submission=submission, **{**SIGN_UP, **fields})
    assert answer.status_code == 200


def send_mails(taking, shop):
    """Take steps with the customer until nothing is due; return the post."""
    post = Post()
    for _ in range(3):
        handle_customer(shop.find_id(ANA), serve(shop, post), taking.now)
    return post


@pytest.mark.parametrize(
    ("page", "more"), [("/counter/sign-up", {}), ("/telephone", {}), ("/telephone", {"found_us": "friend"})]
)
def test_the_customer_is_told_once_and_undoes_it_by_one_button(taking, shop, single_optin, page, more):
    sign_up(taking.hire("staff"), page, **more)
    assert shop.read_profile(ANA).consents["marketing"].state is ConsentState.GIVEN
    post = send_mails(taking, shop)
    ((address, mail, *_),) = post.sent
    assert address == ANA
    assert "filled in a form for" in mail.text
    assert "friend" not in mail.text

    token = read_token(post)
    services = serve(shop)
    link = services.links.read_link(token, taking.now)
    assert shop.read_profile(ANA).consents["marketing"].state is ConsentState.GIVEN  # nothing before the button
    pressed = withdraw_entry(link, name_token(token), taking.now)
    assert settle_item(shop.accept(pressed), services, taking.now) == "settled"
    profile = shop.read_profile(ANA)
    assert profile.consents["marketing"].state is ConsentState.WITHDRAWN
    assert len(profile.withdrawn) == 1
    assert services.links.read_over(token) == "withdrawn"


def test_a_form_that_asks_for_confirmation_sends_no_second_mail(taking, shop):
    sign_up(taking.hire("staff"), "/telephone")
    assert shop.list_customers() == []  # the confirmation mail has its own button for no


def test_what_customers_post_themselves_has_no_such_mail(taking, shop, single_optin):
    from tests.builders.shop import a_submission

    shop.take(a_submission(email=ANA))
    assert send_mails(taking, shop).sent == []
