"""A pre-order and a warranty card are confirmed by mail, once, and strangers cause few of these mails."""

import pytest

from chalicelib.campaigns.agenda import next_due
from chalicelib.data_requests.record import gather_record
from chalicelib.models import Identity, Reading
from chalicelib.models.numbers import write_number
from chalicelib.optin.ask import ask_waiting
from chalicelib.outreach.decide import handle_customer
from tests.builders.campaigns import a_campaign
from tests.builders.entries import ASHA, an_entry, read_token, report_shipped, send_due, serve, take_entry, withdraw
from tests.builders.erasures import finish, forget
from tests.builders.mails import BOUNCE, Post, stop_address, tell
from tests.builders.optin import DAY, HOUR, MINUTE, START
from tests.builders.optin import sign_up as sign_up_unconfirmed
from tests.builders.signed import says


def test_a_pre_order_is_confirmed_once_with_its_number_and_what_was_ordered(shop):
    key, post = take_entry(shop, an_entry()), Post()

    assert [send_due(shop, post, START + turn * HOUR) for turn in range(3)] == ["sent", "not due", "not due"]
    [(to, mail, _)] = post.sent
    assert to == ASHA
    for part in (write_number(key), "Blue teapot. Quantity: 2", "24\u00a0December 2090"):
        assert part in mail.text
    assert "Asha" not in mail.text + mail.html
    assert mail.headers == {}
    assert "/unsubscribe/" not in mail.text
    assert mail.text.count("/entries/") == 1


def test_a_warranty_card_is_confirmed_in_the_language_of_its_form(shop):
    key, post = take_entry(shop, an_entry("warranty", language="fa")), Post()

    assert send_due(shop, post) == "sent"
    mail = post.sent[0][1]
    assert mail.subject == "کارت گارانتی شما به ما رسید"
    assert write_number(key) in mail.text
    assert "Kettle 3000" in mail.text


@pytest.mark.parametrize(
    "item", ["Visit evil.example", "Call +49 30 5557777", "<b>Tea</b>", "tea https://x.example", "x" * 61, "A\u202eB@c"]
)
def test_what_a_stranger_typed_is_no_advertisement_in_our_mail(shop, item):
    take_entry(shop, an_entry(item=item))
    post = Post()

    assert send_due(shop, post) == "sent"
    assert "You ordered" not in post.sent[0][1].text
    assert item not in post.sent[0][1].text + post.sent[0][1].html


def test_each_entry_has_its_own_mail_and_the_second_waits_an_hour(shop):
    post = Post()
    for minute, form in enumerate(("pre-order", "warranty")):
        take_entry(shop, an_entry(form, at=START + minute * MINUTE))

    assert [send_due(shop, post, START + turn * 20 * MINUTE) for turn in range(1, 6)] == [
        "sent",
        "stopped",
        "stopped",
        "sent",
        "not due",
    ]
    assert {mail.subject for _, mail, _ in post.sent} == {"We have your pre-order", "We have your warranty card"}


def test_a_mailbox_gets_three_such_mails_a_day_however_many_strangers_type_it(shop):
    post = Post()
    for number in range(8):
        spelt = f"asha+{number}@example.com" if number % 2 else ASHA
        take_entry(shop, an_entry(email=spelt, at=START + number * MINUTE, address=f"198.51.{number}.7"))
        for turn in range(24):
            send_due(shop, post, START + number * MINUTE + turn * HOUR, spelt)

    assert len(post.sent) == 3


def test_confirmations_of_sign_ups_count_in_the_same_turns(shop):
    post = Post()
    sign_up_unconfirmed(shop, ASHA)
    assert ask_waiting(serve(shop, post), START) == {"asked": 1}
    take_entry(shop, an_entry())

    assert send_due(shop, post, START + 30 * MINUTE) == "stopped"
    assert send_due(shop, post, START + HOUR + MINUTE) == "sent"


def test_one_network_mails_to_so_many_mailboxes_and_no_more(shop):
    post = Post()
    emails = [f"person{number}@example.com" for number in range(22)]
    for number, email in enumerate(emails):
        take_entry(shop, an_entry(email=email, address=f"203.0.113.{number}"))
    outcomes = [send_due(shop, post, START, email) for email in emails]

    assert outcomes == ["sent"] * 20 + ["stopped"] * 2


@pytest.mark.parametrize("reason", ["bounced", "complained"])
def test_a_stopped_address_gets_none(shop, reason):
    take_entry(shop, an_entry())
    stop_address(shop, ASHA, reason, START)
    post = Post()

    assert send_due(shop, post) == "suppressed"
    assert post.sent == []


def test_a_role_that_nobody_reads_gets_none(shop):
    take_entry(shop, an_entry(email="postmaster@example.com"))

    assert send_due(shop, Post(), email="postmaster@example.com") == "suppressed"


def test_an_entry_without_an_address_is_not_confirmed(shop):
    take_entry(shop, an_entry(email="", phone="+12025550123"))
    services = shop.services()
    customer = services.people.find_customer(Identity(kind="phone", value="+12025550123"))

    assert next_due(shop.open_profile(customer), services.campaigns, services.clock, START) is None


def test_the_address_of_another_occasion_is_not_written_to(shop):
    shop.take(says(Reading(kind="customer", sender_id="7", email=ASHA, phone="+12025550123")))
    key = take_entry(shop, an_entry(email="", phone="+12025550123"))
    holder = next(one for one in shop.list_customers() if key in shop.open_profile(one).marks)
    post = Post()

    assert handle_customer(holder, serve(shop, post), START) == "suppressed"
    assert post.sent == []


def test_bounces_of_these_mails_slow_such_mails_and_not_marketing(shop):
    post = Post()
    for number in range(20):
        email = f"person{number}@example.com"
        take_entry(shop, an_entry(email=email, address=f"198.51.{number}.7"))
        assert send_due(shop, post, START, email) == "sent"
        if number < 5:
            tell(shop, "Bounce", post.sent[-1][2], START, **BOUNCE)
    services = shop.services()
    rates = services.ask_reputation.read_rates(START)

    assert (rates.sent, rates.bounced) == (20, 5)
    assert services.reputation.read_rates(START).sent == 0
    take_entry(shop, an_entry(at=START + MINUTE))
    assert send_due(shop, post, START + 2 * MINUTE) == "stopped"


def test_a_mail_that_ses_did_not_take_waits_for_the_next_turn(shop):
    take_entry(shop, an_entry())
    post = Post("throttled")

    assert send_due(shop, post) == "throttled"
    assert send_due(shop, post, START + 30 * MINUTE) in ("not due", "stopped")
    assert send_due(shop, post, START + HOUR + MINUTE) == "sent"
    assert len(post.sent) == 2


# Withdrawn ----------------------------------------------------------------------------------------------------------


def confirm(shop, form="pre-order", at=START, **answers):
    """Let an entry be confirmed; return its key and the token of the link."""
    key, post = take_entry(shop, an_entry(form, at=at, **answers)), Post()
    assert send_due(shop, post, at) == "sent"
    return key, read_token(post)


def test_a_withdrawn_entry_stays_in_the_record_and_in_the_copy_of_my_data(shop):
    key, token = confirm(shop)
    at = START + HOUR

    assert (withdraw(shop, token, at), withdraw(shop, token, at + HOUR)) == ("settled", "settled")
    [entry] = [row.entry for row in shop.read_record(ASHA).entries.values()]
    assert (entry.withdrawn, entry.values["item"]) == (at, "Blue teapot")
    assert shop.read_profile(ASHA).withdrawn == {key: at}
    services = shop.services()
    sections = gather_record(services.people.load_person(shop.find_id(ASHA)), services, at)
    [told] = [section for section in sections if section.name == "entries"]
    assert [row["withdrawn"] for row in told.rows] == [at.isoformat()]


def test_a_withdrawn_warranty_starts_no_mail_at_its_end(shop):
    _, token = confirm(shop, "warranty")
    when = {"trigger": "warranty-ending", "days": 30, "warranty_months": 24}
    ending = a_campaign("ending", kind="transactional", template="pre-order-shipped", offer=None, when=when)
    services = shop.services()

    assert next_due(shop.read_profile(ASHA), [ending], services.clock, START) is not None
    withdraw(shop, token)
    assert next_due(shop.read_profile(ASHA), [ending], services.clock, START) is None


@pytest.mark.parametrize("named", [True, False])
def test_no_news_is_sent_of_a_withdrawn_pre_order(shop, named):
    key, token = confirm(shop)
    withdraw(shop, token)
    report_shipped(shop, **({"number": write_number(key)} if named else {}))

    assert send_due(shop, Post(), START + DAY) == "not due"


def test_news_of_another_pre_order_is_sent(shop):
    _, token = confirm(shop)
    other, _ = confirm(shop, at=START + 2 * HOUR, item="Green teapot")
    withdraw(shop, token, START + 3 * HOUR)
    report_shipped(shop, number=write_number(other))
    post = Post()

    assert send_due(shop, post, START + DAY) == "sent"
    assert post.sent[0][1].subject == "Your pre-order is on its way"


def test_what_was_shipped_is_noted_beside_its_link_alone(shop):
    first, token = confirm(shop)
    _, other = confirm(shop, at=START + 2 * HOUR, item="Green teapot")
    report_shipped(shop, number=write_number(first))
    links = shop.services().links

    assert (links.read_over(token), links.read_over(other)) == ("shipped", "")


def test_without_a_number_every_pre_order_counts_as_shipped(shop):
    _, token = confirm(shop)
    _, card = confirm(shop, "warranty", at=START + 2 * HOUR)
    report_shipped(shop)
    links = shop.services().links

    assert (links.read_over(token), links.read_over(card)) == ("shipped", "")


def test_an_erasure_removes_the_link_and_the_row_beside_it(shop, tmp_path):
    _, token = confirm(shop)
    withdraw(shop, token)
    assert len(shop.read_all("links")) == 2
    forget(shop, ASHA, at=START + DAY)
    finish(shop, tmp_path, at=START + DAY)

    assert shop.read_all("links") == []
