"""Pre-orders to be handed over: on Today by customer and day alone, each once, until it is done with."""

import re
from datetime import timedelta

import pytest

from chalicelib.joining.join import join_people
from chalicelib.joining.part import part_people
from chalicelib.models.numbers import write_number
from chalicelib.settling.dispatch import settle_item
from chalicelib.today.handovers import list_handovers
from tests.builders.entries import ASHA, an_entry, read_token, report_shipped, send_due, take_entry, withdraw
from tests.builders.erasures import finish, forget
from tests.builders.mails import Post
from tests.builders.optin import START
from tests.builders.shop import NOW, a_submission
from tests.builders.work import count_requests

PATH = re.compile(r'action="(/today/handovers/[^"]+)"')


@pytest.fixture
def ben(taking):
    return taking.hire("staff", "Ben Okafor")


def order(shop, email=ASHA, at=NOW, **answers):
    """Pre-order something; return the inbox key."""
    return take_entry(shop, an_entry(email=email, at=at, **answers))


def list_waiting(taking):
    return [(each.customer, each.needed) for each in list_handovers(taking.services).rows]


def list_paths(browser):
    return PATH.findall(browser.read("/today"))


def test_today_lists_who_waits_for_something_the_first_needed_first(taking, shop, ben):
    order(shop, needed_by="2026-12-24")
    order(shop, email="chen@example.com", needed_by="2026-05-01", at=NOW + timedelta(minutes=1))
    order(shop, email="dara@example.com", needed_by="", at=NOW + timedelta(minutes=2))
    asha, chen, dara = (shop.find_id(each) for each in (ASHA, "chen@example.com", "dara@example.com"))
    assert list_waiting(taking) == [(chen, "2026-05-01"), (asha, "2026-12-24"), (dara, "")]
    page = ben.read("/today")
    assert "needed by 1\u00a0May 2026" in page
    assert f'href="/people/{asha}"' in page
    for secret in ("Blue teapot", "Asha", ASHA):
        assert secret not in page
    assert taking.list_audit()[-1][1] == "joined as staff"  # nobody was opened


def test_handed_over_is_written_into_the_record_once(taking, shop, ben):
    key = order(shop)
    customer, [path] = shop.find_id(ASHA), list_paths(ben)
    answer = ben.post(path)
    assert "the pre-order is handed over" in answer.body.decode()
    assert list_paths(ben) == []
    assert taking.list_audit()[-1] == (ben.staff_id, "handed over a pre-order")
    entries = {one.entry.kind: one.entry for one in shop.open_record(customer).entries.values()}
    assert entries["pre-order-handed-over"].values == {"number": write_number(key)}
    assert ben.post(path).status_code == 409
    assert ben.post(f"/today/handovers/{customer}/{'0' * 32}").status_code == 409
    assert len(shop.read_history(customer)) == 2
    page = ben.post(f"/people/{customer}", why="counter").body.decode()
    assert "To be handed over" not in page
    assert "Your pre-order was handed over" in page


def test_no_mail_says_that_something_was_shipped_which_was_handed_over(taking, shop, ben):
    order(shop)
    [path] = list_paths(ben)
    ben.post(path)
    assert all(mark.kind != "pre-order-shipped" for mark in shop.read_profile(ASHA).marks.values())


def test_two_who_press_at_once_write_one_line(taking, shop, ben, monkeypatch):
    order(shop)
    nia, [path] = taking.hire("staff", "Nia Cole"), list_paths(ben)
    token, other = ben.read_token(), nia.read_token()
    audit = type(taking.services.audit)
    write_access = audit.write_access

    def let_the_other_be_first(self, *given):
        monkeypatch.setattr(audit, "write_access", write_access)
        assert nia.post(path, token=other).status_code == 200
        return write_access(self, *given)

    monkeypatch.setattr(audit, "write_access", let_the_other_be_first)
    assert ben.post(path, token=token).status_code == 409
    assert [reason for _, reason in taking.list_audit()].count("handed over a pre-order") == 1
    assert len(shop.read_history(shop.find_id(ASHA))) == 2


def test_somebody_dismissed_meanwhile_hands_nothing_over(taking, shop, ben, monkeypatch):
    order(shop)
    [path], token, staff = list_paths(ben), ben.read_token(), taking.services.staff
    member, look = staff.read_member(ben.staff_id), type(staff).require_active

    def dismiss_first(self, staff_id, number):
        part = look(self, staff_id, number)
        if self.read_member(staff_id).is_active:
            self.table.commit_parts(self.write_dismissal(member, taking.now))
        return part

    monkeypatch.setattr(type(staff), "require_active", dismiss_first)
    assert ben.post(path, token=token).status_code == 409
    assert len(list_waiting(taking)) == 1
    assert len(shop.read_history(shop.find_id(ASHA))) == 1


def test_what_was_shipped_or_withdrawn_waits_no_more_in_any_order_of_news(taking, shop):
    first = order(shop)
    second = order(shop, at=NOW + timedelta(minutes=1))
    assert len(list_waiting(taking)) == 2
    assert report_shipped(shop, at=NOW + timedelta(hours=1), number=write_number(first)) == "settled"
    assert len(list_waiting(taking)) == 1
    assert report_shipped(shop, at=NOW + timedelta(hours=2)) == "settled"  # without a number it says of none
    assert len(list_waiting(taking)) == 1
    late = an_entry(at=NOW + timedelta(minutes=2), item="Late news")
    key = shop.accept(late)
    assert report_shipped(shop, at=NOW + timedelta(hours=3), number=write_number(key)) == "settled"
    assert settle_item(key, shop.services(), NOW + timedelta(hours=4)) == "settled"
    assert len(list_waiting(taking)) == 1
    assert report_shipped(shop, at=NOW + timedelta(hours=5), number=write_number(second)) == "settled"
    assert list_waiting(taking) == []


def test_what_the_customer_withdrew_by_the_link_of_the_mail_waits_no_more(taking, shop):
    post = Post()
    order(shop, at=START)
    assert send_due(shop, post, START) == "sent"
    assert len(list_waiting(taking)) == 1
    assert withdraw(shop, read_token(post)) == "settled"
    assert list_waiting(taking) == []


def test_who_is_forgotten_waits_for_nothing(taking, shop, tmp_path):
    order(shop)
    forget(shop, ASHA, at=NOW + timedelta(hours=1))
    assert list_waiting(taking) == []  # already before the sweep
    finish(shop, tmp_path, at=NOW + timedelta(hours=1))
    assert not [row for row in shop.read_all("customers") if row.get("queue", {}).get("S") == "handovers#0"]


def test_a_joined_record_has_it_once_and_hands_it_over(taking, shop, ben):
    order(shop)
    shop.take(a_submission(email="asha.two@example.com"))
    one, two = shop.find_id(ASHA), shop.find_id("asha.two@example.com")
    join_people(one, two, "mira", shop.services(), NOW + timedelta(hours=1))
    joined = shop.find_id(ASHA)
    assert joined not in (one, two)
    assert [customer for customer, _ in list_waiting(taking)] == [joined]
    [path] = list_paths(ben)
    assert ben.post(path).status_code == 200
    assert list_waiting(taking) == []


@pytest.mark.parametrize("how", ["handed", "shipped", "withdrawn"])
@pytest.mark.parametrize("mailbox", ["one", "other"])
def test_what_is_done_with_while_joined_waits_no_more_after_they_are_parted(taking, shop, ben, mailbox, how):
    post = Post()
    two, at = "asha.two@example.com", START + timedelta(days=int(mailbox == "other"))
    key = order(shop, at=START)
    assert send_due(shop, post, START) == "sent"
    shop.take(a_submission(email=two, at=at - timedelta(hours=1)))
    ids = (shop.find_id(ASHA), shop.find_id(two))
    joined = join_people(*ids, "mira", shop.services(), START + timedelta(days=2))
    assert (shop.open_profile(joined).text("email") == ASHA) == (mailbox == "one")
    if how == "handed":
        [path] = list_paths(ben)
        assert ben.post(path).status_code == 200
    elif how == "withdrawn":
        assert withdraw(shop, read_token(post)) == "settled"
    else:
        shipped_at = START + timedelta(days=3)
        assert report_shipped(shop, email=two, at=shipped_at, number=write_number(key)) == "settled"
    assert list_waiting(taking) == []
    assert part_people(joined, "mira", shop.services(), START + timedelta(days=4)) == ids
    assert list_waiting(taking) == []
    assert len(shop.read_history(ids[0])) - len(shop.read_history(ids[1])) == 2


def test_the_list_costs_two_calls_however_many_wait(taking, shop):
    for number in range(3):
        order(shop, email=f"p{number}@example.com", at=NOW + timedelta(minutes=number))
    calls = count_requests(taking.stage.dynamodb)
    assert len(list_waiting(taking)) == 3
    assert dict(calls) == {"Query": 1, "BatchGetItem": 1}
