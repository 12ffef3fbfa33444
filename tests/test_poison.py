"""An item that cannot be read, of each kind, in each loop: it is noted, stepped over, and the one behind goes on."""

import logging
from datetime import timedelta

import pytest

from chalicelib.data_requests.run import answer_requests
from chalicelib.downstream.relay import relay_events
from chalicelib.erasure.run import advance_erasures
from chalicelib.erasure.shops import erase_shop_customers
from chalicelib.models import RequestKind
from chalicelib.optin.ask import ask_waiting
from chalicelib.retention.run import retire_people
from chalicelib.settling.dispatch import settle_keys, sweep_inbox
from chalicelib.shop.retention import find_span
from chalicelib.store.outbox import Outbox
from chalicelib.store.requests import make_request
from chalicelib.store.shop_erasures import start_shop_erasure
from tests.builders import optin, requests
from tests.builders.erasures import LATER, forget
from tests.builders.mails import Post
from tests.builders.shop import NOW, a_submission

DAY = timedelta(days=1)
# What makes a row unreadable: an unknown word of a later version, a missing field, a value of another kind.
ROW_POISONS = {"unknown state": ("SET #state = :bad", "state"), "no state": ("REMOVE #state", "state")}
# What a sealed submission may hold that this version does not read.
BODY_POISONS = [b"", b"{", b"[]", b"null", b"no json", b'{"kind": "later", "new": 1}', b'{"kind": 7}', b"\xff\xfe"]


def spoil(table, key, poison):
    """Make one row of a table unreadable."""
    change, name = ROW_POISONS[poison]
    values = {"bad": "of a later version"} if ":bad" in change else {}
    assert table.change_item(key, change.replace("#state", f"#{name}"), **values)


def list_noted(caplog):
    return [record.msg for record in caplog.records if record.msg.endswith("_postponed")]


@pytest.mark.parametrize("poison", ROW_POISONS)
def test_the_sweeper_steps_over_a_broken_item(shop, caplog, poison):
    bad, good = (shop.accept(a_submission(email=f"p{number}@example.org")) for number in range(2))
    spoil(shop.inbox.table, {"pk": bad}, poison)
    assert sweep_inbox(shop.services(), NOW + DAY) == {"postponed": 1, "settled": 1}
    assert list_noted(caplog) == ["settle_postponed"]
    assert bad in {record.key for record in caplog.records if record.msg == "settle_postponed"}
    assert shop.inbox.read_item(good).sealed == b""


@pytest.mark.parametrize("body", BODY_POISONS)
@pytest.mark.parametrize("sender", ["form", "link", "privacy", "ses", "shopify", "typeform", "import", "outreach"])
def test_settling_parks_what_no_reader_understands_and_goes_on(shop, sender, body):
    bad = shop.accept(a_submission(email="bad@example.org").model_copy(update={"sender": sender, "body": body}))
    good = shop.accept(a_submission(email="good@example.org"))
    counts = settle_keys([bad, good], shop.services(), NOW)
    assert counts.pop("settled") >= 1
    assert set(counts) <= {"parked", "nobody", "nameless"}, counts


def test_a_broken_orphan_holds_up_no_sweep(shop, caplog):
    refund = {"id": "r1", "order_id": "1", "amount": "5", "currency": "EUR"}
    from chalicelib.models import Reading
    from tests.builders.signed import says

    orphan = shop.accept(says(Reading(kind="refund", refunds=(refund,)), 9, topic="refund"))
    assert settle_keys([orphan], shop.services(), NOW) == {"nameless": 1}
    spoil(shop.inbox.table, {"pk": orphan}, "unknown state")
    good = shop.accept(a_submission(email="good@example.org"))
    assert sweep_inbox(shop.services(), NOW + DAY) == {"settled": 1}
    assert list_noted(caplog) == ["orphan_postponed"]
    assert shop.inbox.read_item(good).sealed == b""


@pytest.mark.parametrize("poison", ROW_POISONS)
def test_a_broken_item_holds_up_no_confirmation(shop, caplog, poison):
    bad = optin.sign_up(shop, "bad@example.org")
    optin.sign_up(shop, "good@example.org", optin.START + timedelta(seconds=1))
    spoil(shop.inbox.table, {"pk": bad}, poison)
    post = Post()
    assert ask_waiting(shop.services(post), optin.START + timedelta(minutes=1)) == {"asked": 1}
    assert [to for to, *_ in post.sent] == ["good@example.org"]
    assert list_noted(caplog) == ["ask_postponed"]


@pytest.mark.parametrize("poison", ROW_POISONS)
def test_a_broken_request_holds_up_no_other(shop, caplog, poison):
    for name in ("bad", "good"):
        shop.take(a_submission(email=f"{name}@example.org", at=requests.START - DAY))
        requests.ask(shop, "access", f"{name}@example.org", at=requests.START + timedelta(seconds=name == "good"))
    services = shop.services()
    customer = shop.find_id("bad@example.org")
    [row] = services.requests.list_requests(customer)
    spoil(services.table, {"pk": f"cust#{customer}", "sk": row.record_id}, poison)
    post = Post()
    assert answer_requests(shop.services(post), requests.START + timedelta(minutes=1)) == {"asked": 1}
    assert [to for to, *_ in post.sent] == ["good@example.org"]
    assert list_noted(caplog) == ["request_postponed"]


@pytest.mark.parametrize("poison", ["SET stage = :bad", "REMOVE stage", "SET counts = :bad", "REMOVE checks"])
def test_a_broken_erasure_holds_up_no_other(shop, caplog, poison):
    for number in range(2):
        shop.take(a_submission(email=f"p{number}@example.org"))
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    values = {"bad": "{"} if ":bad" in poison else {}
    assert shop.services().table.change_item({"pk": "forget#r0", "sk": "forget"}, poison, **values)
    assert advance_erasures(shop.services(), LATER) == {"verified": 1}
    assert list_noted(caplog) == ["erasure_postponed"]


def test_a_broken_shop_erasure_and_a_customer_of_nobody_hold_up_nobody(shop, caplog):
    services = shop.services()
    services.table.commit_parts(
        [services.shop_erasures.write_row(start_shop_erasure(name, "shopify:x", NOW)) for name in ("bad", "good")]
    )
    services.table.change_item({"pk": "redact#bad", "sk": "redact"}, "REMOVE shop")
    services.table.commit_parts([services.retention_queue.plan_review("nobody", NOW)])
    assert erase_shop_customers(services, NOW + DAY) == 0
    assert list_noted(caplog) == ["shop_erasure_postponed"]
    assert list(services.shop_erasures.list_due(NOW + DAY)) == []


@pytest.mark.parametrize(
    "poison", ["SET sealed = :bad", "SET shape = :later", "REMOVE shape", "REMOVE sealed", "SET version = :bad"]
)
def test_a_broken_record_holds_up_no_review(shop, caplog, poison):
    for number in range(2):
        shop.take(a_submission(email=f"p{number}@example.org"))
    services = shop.services()
    values = {name: value for name, value in {"bad": b"x", "later": 9}.items() if f":{name}" in poison}
    bad = shop.find_id("p0@example.org")
    assert services.table.change_item({"pk": f"cust#{bad}", "sk": "core"}, poison, **values)
    counts = retire_people(services, NOW + find_span("inactive") + 40 * DAY)
    assert (counts["postponed"], counts["people"]) == (1, 1)
    assert list_noted(caplog) == ["retention_postponed"]


def test_a_broken_event_of_the_outbox_holds_up_no_other(shop, caplog):
    services = shop.services()
    box = Outbox(services.table, wanted=True)
    for _ in range(2):
        services.table.commit_parts(box.write_event("customer.forgotten", {}, NOW))
    bad = next(iter(box.list_due(NOW + DAY)))
    services.table.change_item({"pk": f"out#{bad}", "sk": "out"}, "REMOVE #data")
    services.outbox = box
    services.downstream_queue = type("Queue", (), {"send_bodies": lambda self, bodies: set()})()
    assert relay_events(services, NOW + DAY) == {"queued": 1, "kept": 0}
    assert list_noted(caplog) == ["relay_postponed"]


def test_what_is_noted_names_nobody(shop, caplog):
    caplog.set_level(logging.INFO)
    bad = shop.accept(a_submission(email="canary@example.org", name="Canary"))
    spoil(shop.inbox.table, {"pk": bad}, "no state")
    sweep_inbox(shop.services(), NOW + DAY)
    assert "canary" not in str([vars(record) for record in caplog.records]).lower()


def test_a_request_of_nobody_is_gone(shop):
    services = shop.services()
    services.keys.read_index()  # made at the deployment: what answers requests may read it alone
    row = make_request("nobody", RequestKind.ACCESS, NOW, language="en", network="")
    services.table.commit_parts([services.requests.write_row(row, NOW)])
    assert answer_requests(shop.services(Post()), NOW + timedelta(minutes=1)) == {"gone": 1}
