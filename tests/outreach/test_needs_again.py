"""A mail when a product is needed again: at its time, once, and to nobody who bought it again or did not agree."""

from datetime import UTC, datetime, time, timedelta

import pytest

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.mails.language import find_mail_language
from chalicelib.models import MailState
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.forecast import simulate_shop
from chalicelib.senders.link import withdraw_consent
from chalicelib.store.links import LinkKind, name_token
from tests.builders.campaigns import a_campaign
from tests.builders.mails import DUE as WEEK
from tests.builders.mails import Post, count_facts, sign_up
from tests.builders.own import open_own, write_own
from tests.builders.queues import open_queue, receive_ids
from tests.builders.regulars import DAY, a_need, buy, count_night, write_regulars
from tests.builders.shop import NOW

ASEL = "asel@example.org"
BOUGHT = NOW + DAY
DUE = datetime.combine(BOUGHT.date(), time(), UTC) + 30 * DAY


@pytest.fixture
def queue(cloud):
    """Return an empty queue."""
    with open_queue(cloud) as opened:
        yield opened


@pytest.fixture
def work(shop, queue):
    """Return the services of a shop whose people buy tea each month; Asel signed up, and bought tea."""
    write_regulars(shop)
    sign_up(shop, ASEL)
    buy(shop, ASEL, BOUGHT, 7)
    return open_work(shop, queue)


def open_work(shop, queue, *campaigns, post=None):
    """Return the services of a new container, and the stand-in for SES."""
    post = post or Post()
    services = shop.services(post, *(campaigns or (a_need(),)))
    services.outreach_queue = queue
    return services, post


def find_near(services, now):
    """Return whom the walk of a night queues; the estimates are of the night before."""
    count_night(services, now)
    return receive_ids(services.outreach_queue)


def test_the_mail_comes_in_the_night_before_it_is_due_and_once(shop, work):
    services, post = work
    asel = shop.find_id(ASEL)
    count_night(services, NOW + 2 * DAY)
    early = {day: find_near(services, NOW + day * DAY) for day in (3, 20, 27)}
    assert early == {3: [], 20: [], 27: []}
    assert handle_customer(asel, services, NOW + 20 * DAY) == "not due"

    assert find_near(services, DUE - 22 * timedelta(hours=1)) == [asel]
    assert handle_customer(asel, services, DUE - timedelta(hours=1)) == "not due"
    assert set(services.people_rows.list_due(DUE + DAY, 2)) == {asel}
    assert [handle_customer(asel, services, DUE + timedelta(hours=hour)) for hour in (1, 2)] == ["sent", "not due"]
    assert find_near(services, DUE + DAY) == []
    [(to, mail, _)] = post.sent
    assert to == ASEL
    assert "You bought Tea on" in mail.text
    assert "30 days" in mail.text
    assert "/unsubscribe/" in mail.text
    assert count_facts(services, "needs-again") == {"planned": 1, "sent": 1}


def test_who_buys_it_again_hears_nothing_of_the_time_before(shop, work):
    services, post = work
    asel = shop.find_id(ASEL)
    count_night(services, NOW + 2 * DAY)
    assert find_near(services, DUE - timedelta(hours=22)) == [asel]
    buy(shop, ASEL, DUE - timedelta(hours=5), 8)
    assert handle_customer(asel, services, DUE + timedelta(hours=1)) == "not due"
    assert find_near(services, DUE) == []
    assert post.sent == []
    again = {day for day in range(22, 40) if find_near(services, DUE + day * DAY)}
    assert again
    assert handle_customer(asel, services, DUE + max(again) * DAY) == "sent"


def test_a_thing_that_nobody_buys_again_is_never_needed(shop, queue):
    write_regulars(shop)
    sign_up(shop, ASEL)
    buy(shop, ASEL, BOUGHT, 7, "Teapot")
    services, post = open_work(shop, queue)
    count_night(services, NOW + 2 * DAY)
    assert [find_near(services, NOW + day * DAY) for day in range(5, 90, 5)] == [[]] * 17
    assert post.sent == []


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"people": 14, "times": 2}, True),
        ({"people": 8}, False),  # too few people for a share
        ({"people": 14, "times": 1}, False),  # no gap at all
        ({"people": 14, "gap": 3}, False),  # bought each day or so
    ],
)
def test_nothing_is_said_of_what_is_hardly_known(shop, queue, known, found):
    write_regulars(shop, **known)
    sign_up(shop, ASEL)
    buy(shop, ASEL, BOUGHT, 7)
    services, _ = open_work(shop, queue)
    count_night(services, NOW + 2 * DAY)
    nights = (*range(3, 8), *range(27, 35))  # after the short gap, and around the long one
    assert any(find_near(services, NOW + day * DAY) for day in nights) is found


def test_fewer_buy_it_again_than_the_campaign_asks_for(shop, work, queue):
    services, _ = open_work(shop, queue, a_need(when={"trigger": "needs-again", "again_share": 0.9}))
    count_night(services, NOW + 2 * DAY)
    assert find_near(services, DUE) == []


def test_who_withdrew_is_neither_queued_nor_mailed(shop, work):
    services, post = work
    asel = shop.find_id(ASEL)
    count_night(services, NOW + 2 * DAY)
    assert find_near(services, DUE - timedelta(hours=22)) == [asel]
    withdraw(shop, asel)
    assert handle_customer(asel, services, DUE + timedelta(hours=1)) == "suppressed"
    assert find_near(services, DUE) == []
    assert post.sent == []


def withdraw(shop, customer):
    """Let somebody withdraw by the link of an earlier mail."""
    post = Post()
    handle_customer(customer, shop.services(post, a_campaign(offer=None)), WEEK)
    [(_, mail, _)] = post.sent
    token = mail.text.partition("/unsubscribe/")[2].split()[0]
    link = shop.services().links.read_link(token, WEEK)
    assert link.kind is LinkKind.STOP
    assert shop.take(withdraw_consent(link, name_token(token), WEEK, network="", language="en")) == "settled"


def test_without_sums_no_mail_goes_out(shop, work):
    services, post = work
    asel = shop.find_id(ASEL)
    assert find_near(services, DUE) == []  # the first count is only made now
    assert handle_customer(asel, services, DUE + timedelta(hours=1)) == "sent"
    buy(shop, ASEL, DUE + 2 * DAY, 8)
    count_night(services, DUE + 3 * DAY)
    services.table.change_item({"pk": "numbers", "sk": "piece#00"}, "SET sealed = :sealed", sealed=b"broken")
    fresh, later = open_work(shop, services.outreach_queue)
    assert handle_customer(asel, fresh, DUE + 33 * DAY) == "not due"
    assert later.sent == []
    assert len(post.sent) == 1


def test_who_is_forgotten_changes_the_estimates_of_the_next_count(shop, work):
    services, _ = work
    count_night(services, NOW + 2 * DAY)
    for number in range(6):
        order = ForgetOrder(reason=Reason.STAFF, request=f"q{number}", requested_at=NOW)
        assert forget_person(f"r{number:04}", order, services, NOW + 3 * DAY)
    count_night(services, NOW + 4 * DAY)
    assert find_near(services, DUE) == []  # eight people and Asel are too few
    assert handle_customer(shop.find_id(ASEL), services, DUE + timedelta(hours=1)) == "not due"


def test_a_sensitive_product_is_never_named(shop, work, tmp_path, monkeypatch, queue):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_own(folder, "products.toml", '[[products]]\nstarts = "te"\nsensitive = true\n')
        services, post = open_work(shop, queue, a_need(suggest=3))
        count_night(services, NOW + 2 * DAY)
        assert find_near(services, DUE) == []
        assert handle_customer(shop.find_id(ASEL), services, DUE + timedelta(hours=1)) == "not due"
        assert post.sent == []


def test_a_mistake_in_the_file_of_products_sends_nothing_and_keeps_the_walk_going(
    shop, work, tmp_path, monkeypatch, queue
):
    with open_own(tmp_path / "own", monkeypatch) as folder:
        write_own(folder, "products.toml", '[[products]]\nstarts = "te"\n')
        services, _ = open_work(shop, queue)
        count_night(services, NOW + 2 * DAY)
        assert find_near(services, DUE) == []


@pytest.mark.parametrize("language", ["en", "hi", "bn", "kk", "fa"])
def test_the_mail_is_written_in_five_languages(shop, queue, language):
    write_regulars(shop)
    sign_up(shop, ASEL, language=language)
    buy(shop, ASEL, BOUGHT, 7)
    services, post = open_work(shop, queue, a_need(suggest=2))
    count_night(services, NOW + 2 * DAY)
    assert handle_customer(shop.find_id(ASEL), services, DUE + timedelta(hours=1)) == "sent"
    [(_, mail, _)] = post.sent
    spoken = find_mail_language(language)
    assert f'lang="{language}"' in mail.html
    for part in (mail.html, mail.text):
        assert "Tea" in part
        assert spoken.write_digits("30") in part
        assert spoken.suggested in part
        assert "Teapot" in part


def test_a_product_of_one_order_has_an_occasion_that_tells_nothing(shop, work):
    services, _ = work
    count_night(services, NOW + 2 * DAY)
    handle_customer(shop.find_id(ASEL), services, DUE + timedelta(hours=1))
    [note] = shop.read_profile(ASEL).mails.values()
    rows = [row for row in shop.read_all("customers") if note.occasion in str(row)]
    assert rows
    assert not any("Tea" in str(row) for row in rows)


def test_the_simulation_knows_what_is_needed_again(shop, work):
    services, _ = work
    count_night(services, NOW + 2 * DAY)
    people = [shop.read_profile(ASEL)]
    done = simulate_shop(people, services.campaigns, services, NOW + 3 * DAY, 60, {})
    [line] = done.lines
    assert (line.campaign, line.at, line.state) == ("needs-again", DUE, MailState.SENT)
    assert simulate_shop(people, services.campaigns, services, NOW + 3 * DAY, 26, {}).lines == ()


def test_two_products_of_one_order_are_two_occasions(shop, queue):
    write_regulars(shop, items=("Tea", "Sugar"))
    sign_up(shop, ASEL)
    buy(shop, ASEL, BOUGHT, 7, "Tea", "Sugar")
    services, post = open_work(shop, queue)
    count_night(services, NOW + 2 * DAY)
    asel = shop.find_id(ASEL)
    ends = [handle_customer(asel, services, DUE + timedelta(hours=hour)) for hour in (1, 2, 3)]
    assert ends == ["sent", "sent", "not due"]
    assert {
        title for title in ("Tea", "Sugar") for _, mail, _ in post.sent if f"You bought {title} on" in mail.text
    } == {
        "Tea",
        "Sugar",
    }
