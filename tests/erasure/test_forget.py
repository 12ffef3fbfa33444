"""Forgetting finishes: one transaction makes a person unreadable, the rest goes, and nothing brings them back."""

import json
import subprocess
from base64 import b64decode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization

from chalicelib.erasure import run
from chalicelib.erasure.forget import find_held, forget_person, write_forgetting
from chalicelib.erasure.run import advance_erasure, advance_erasures
from chalicelib.errors import KeyUnavailableError, RaceLostError
from chalicelib.models import Identity, Trust, utc_text
from chalicelib.outreach.decide import handle_customer
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.ledger import check_chain
from chalicelib.store.links import make_token
from tests.builders.canary import find_canaries
from tests.builders.erasures import LATER, an_order_to_forget, finish, forget
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.orders import an_order
from tests.builders.shop import NOW, a_submission, make_signing_key

ASHA = "asha@example.org"
DAY = timedelta(days=1)


def read_customers(shop, *kinds):
    """Return rows of the Customers table whose key begins with one of these words."""
    return [row for row in shop.read_all("customers") if row["pk"]["S"].partition("#")[0] in kinds]


def sign_on(shop, email=ASHA, at=NOW, **known):
    return shop.take(a_submission(email=email, at=at, **known))


def test_one_transaction_makes_a_person_unreadable(shop):
    sign_on(shop, name="Asha")
    customer = forget(shop, ASHA)

    with pytest.raises(KeyUnavailableError):
        shop.services().people.load_person(customer)
    assert shop.services().people.keys.read_key(customer) is None
    assert [row["sk"]["S"].partition("#")[0] for row in read_customers(shop, "cust")] == ["event"]  # noise by now


def test_forgetting_twice_is_once(shop):
    sign_on(shop)
    customer = forget(shop, ASHA)
    assert forget_person(customer, an_order_to_forget("r2"), shop.services(), LATER) is False
    assert shop.services().ledger.read_head().number == 1


def test_a_profile_that_changed_meanwhile_is_read_again_and_not_half_forgotten(shop):
    sign_on(shop)
    services = shop.services()
    held = find_held(shop.find_id(ASHA), services)
    parts = write_forgetting(held, an_order_to_forget(), services, LATER)
    sign_on(shop, at=NOW + DAY, name="Asha")

    with pytest.raises(RaceLostError):
        services.people.table.commit_parts(parts)
    assert services.ledger.read_head().number == 0
    assert shop.read_profile(ASHA).fields["name"].value == "Asha"


def test_the_sweep_leaves_tombstones_and_nothing_else(shop, tmp_path):
    sign_on(shop, phone="+12025550123", name="Asha")
    shop.take(an_order(ASHA))
    customer = forget(shop, ASHA)

    assert finish(shop, tmp_path) == {"verified": 1}
    assert read_customers(shop, "cust") == []
    names = read_customers(shop, "idn")
    assert {row["owner"]["S"] for row in names} == {"gone"}
    assert {row["gone_at"]["S"] for row in names} == {utc_text(LATER)}
    assert customer not in {row["pk"]["S"].partition("#")[2] for row in shop.read_all("keys")}


def test_links_of_mails_go_and_whose_they_were(shop, tmp_path):
    customer, post = sign_up(shop, ASHA), Post("accepted")
    handle_customer(customer, shop.services(post), DUE)
    assert len(shop.read_all("links")) == 3
    forget(shop, ASHA, at=DUE + DAY)

    finish(shop, tmp_path, at=DUE + DAY)
    assert shop.read_all("links") == []
    row = shop.services().erasures.read_row("r1")
    assert row.counts == {"entries": 1, "history": 2, "links": 3, "mails": 1, "names": 1, "records": 1, "waiting": 0}
    assert {one["owner"]["S"] for one in read_customers(shop, "idn")} == {"gone"}


def test_waiting_items_about_them_are_emptied_and_others_stay(shop, tmp_path):
    sign_on(shop)
    hers = shop.quarantine(a_submission(email=ASHA, at=NOW + DAY))
    other = shop.quarantine(a_submission(email="bo@example.org", at=NOW + DAY))
    newer = shop.quarantine(a_submission(email=ASHA, at=LATER + DAY))
    forget(shop, ASHA)

    finish(shop, tmp_path)
    sealed = {key: bool(shop.inbox.read_item(key).sealed) for key in (hers, other, newer)}
    assert sealed == {hers: False, other: True, newer: True}


def test_what_was_accepted_before_and_settled_after_is_nobodys(shop, tmp_path):
    sign_on(shop)
    late = shop.accept(a_submission(email=ASHA, at=NOW + DAY, name="Asha"))
    forget(shop, ASHA)

    with pytest.raises(KeyUnavailableError):  # between the transaction and the sweep it waits
        settle_item(late, shop.services(), LATER)
    finish(shop, tmp_path)
    assert settle_item(late, shop.services(), LATER) == "nobody"
    assert shop.find_id(ASHA) is None


def test_a_sale_repeated_with_other_words_does_not_bring_them_back(shop, tmp_path):
    shop.take(an_order(ASHA))
    forget(shop, ASHA)
    finish(shop, tmp_path)

    again = an_order(ASHA)
    changed = again.body.replace(b'"financial_status"', b'"note":"seen","financial_status"')
    assert shop.take(again.model_copy(update={"body": changed, "claims": ()})) == "nobody"
    assert shop.list_customers() == []


def test_what_a_system_says_of_them_later_does_not_bring_them_back(shop, tmp_path):
    sign_on(shop)
    forget(shop, ASHA)
    finish(shop, tmp_path)

    sync = {"id": 77, "first_name": "Asha", "email": ASHA, "updated_at": utc_text(LATER + DAY)}
    submission = a_submission().model_copy(
        update={
            "sender": "shopify",
            "shop": "tea.myshopify.com",
            "topic": "customers/update",
            "trust": Trust.SIGNED,
            "occurred_at": LATER + DAY,
            "received_at": LATER + DAY,
            "body": json.dumps(sync).encode(),
        }
    )
    assert shop.take(submission) == "nobody"
    assert shop.list_customers() == []


def test_who_signs_up_again_is_welcome_as_someone_new(shop, tmp_path):
    sign_on(shop, name="Asha")
    old = forget(shop, ASHA)
    finish(shop, tmp_path)

    assert sign_on(shop, at=LATER + DAY) == "settled"
    new = shop.find_id(ASHA)
    assert new not in (None, old)
    assert "name" not in shop.read_profile(ASHA).fields
    assert sign_on(shop, at=NOW + DAY, name="Old") == "nobody"  # what is older stays gone
    assert sign_on(shop, at=LATER + 2 * DAY, name="New") == "settled"
    assert shop.read_profile(ASHA).fields["name"].value == "New"


def test_someone_new_can_be_forgotten_too_and_the_ledger_is_one_chain(shop, tmp_path):
    for turn in range(3):
        at = LATER + turn * 10 * DAY
        sign_on(shop, at=at - DAY)
        forget(shop, ASHA, at=at, request=f"r{turn}")
        finish(shop, tmp_path, at=at)

    ledger = shop.services().ledger
    assert check_chain(ledger.list_texts()) == []
    assert ledger.read_head().number == 3


@pytest.mark.parametrize("harm", ["drop", "change", "swap"])
def test_a_ledger_that_was_tampered_with_is_noticed(shop, harm):
    for turn in range(3):
        sign_on(shop, email=f"p{turn}@example.org")
        forget(shop, f"p{turn}@example.org", request=f"r{turn}")
    ledger = shop.services().ledger
    texts = list(ledger.list_texts())
    assert check_chain(texts) == []

    if harm == "drop":
        texts = texts[:1] + texts[2:]
    if harm == "change":
        texts[1] = (2, texts[1][1].replace('"staff"', '"shop"').replace('"request"', '"shopify"', 1))
    if harm == "swap":
        texts[0], texts[1] = (1, texts[1][1]), (2, texts[0][1])
    assert check_chain(texts) != []


def test_the_receipt_is_checked_by_openssl_alone_and_says_nothing_of_anybody(shop, tmp_path):
    token = make_token()
    sign_on(shop, phone="+12025550123", name="Asha Ramanujan")
    customer = forget(shop, ASHA, result=token)
    finish(shop, tmp_path, at=LATER + timedelta(minutes=1))

    link = shop.services().links.read_link(token, LATER + DAY)
    (tmp_path / "receipt.json").write_bytes(link.receipt.encode())
    (tmp_path / "receipt.sig").write_bytes(b64decode(link.signature))
    (tmp_path / "key.pem").write_bytes(
        make_signing_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "receipt.sig", "receipt.json"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.stdout.strip() == "Verified OK"

    receipt = json.loads(link.receipt)
    assert receipt["counts"]["history"] == 1
    assert receipt["unreadable_at"] == utc_text(LATER)
    assert receipt["ledger"]["number"] == 1
    assert [copy["of"] for copy in receipt["copies"]] == ["keys", "customers"]
    names = shop.services().ledger.read_entry(1).names
    assert find_canaries(link.receipt.encode(), (ASHA, "+12025550123", "Asha Ramanujan")) == []
    assert not any(secret in link.receipt for secret in (customer, *names, *(one.partition("#")[2] for one in names)))


def test_it_is_verified_again_after_1_14_and_35_days_and_then_closed(shop, tmp_path):
    sign_on(shop)
    forget(shop, ASHA)
    finish(shop, tmp_path)

    seen = [finish(shop, tmp_path, at=LATER + days * DAY) for days in (0.5, 1, 2, 14, 20, 35, 60)]
    assert seen == [{}, {"verified": 1}, {}, {"verified": 1}, {}, {"closed": 1}, {}]


def test_what_came_back_is_swept_again_and_said_aloud(shop, tmp_path, caplog):
    sign_on(shop, name="Asha")
    backup = {table: shop.read_all(table) for table in ("customers", "keys")}
    forget(shop, ASHA)
    finish(shop, tmp_path)
    for table in ("customers", "keys"):  # a careless restore over what is there
        for row in backup[table]:
            shop.dynamodb.put_item(TableName=shop.prefix + table, Item=row)
    assert shop.read_profile(ASHA).fields["name"].value == "Asha"

    assert finish(shop, tmp_path, at=LATER + DAY) == {"verified": 1}
    assert "forgotten_came_back" in caplog.text
    assert shop.find_id(ASHA) is None
    assert read_customers(shop, "cust") == []


@pytest.mark.parametrize("kept", ["key", "event", "name", "moment", "link", "owner", "waiting", "suggestion"])
def test_the_verifier_notices_each_thing_that_is_left(shop, tmp_path, kept):
    customer, post = sign_up(shop, ASHA), Post("accepted")
    handle_customer(customer, shop.services(post), DUE)
    tables = ("customers", "keys", "links")
    before = {table: shop.read_all(table) for table in tables}
    at = DUE + DAY
    forget(shop, ASHA, at=at)
    finish(shop, tmp_path, at=at)
    customers = before["customers"]
    (index_row,) = shop.services().people.name_rows(Identity(kind="email", value=ASHA))
    name = next(row for row in customers if row["pk"]["S"] == index_row)
    left = {
        "key": ("keys", next(row for row in before["keys"] if row["pk"]["S"] == f"cust#{customer}")),
        "event": ("customers", next(row for row in customers if row["sk"]["S"].startswith("event#"))),
        "name": ("customers", name),
        "moment": ("customers", {**name, "owner": {"S": "gone"}, "gone_at": {"S": utc_text(NOW)}}),
        "link": ("links", before["links"][0]),
        "owner": ("customers", [row for row in customers if row["sk"]["S"] == "identity"][-1]),
        "suggestion": (
            "customers",
            {"pk": {"S": "merge"}, "sk": {"S": f"{customer}#zz"}, "kind": {"S": "email"}},
        ),
    }
    if kept == "waiting":
        shop.quarantine(a_submission(email=ASHA, at=DUE))
    else:
        table, row = left[kept]
        shop.dynamodb.put_item(TableName=shop.prefix + table, Item=row)

    erasing = shop.services()
    from chalicelib.erasure.sweep import ErasureTarget
    from chalicelib.erasure.verify import find_leftovers

    row = erasing.erasures.read_row("r1")
    trace = ErasureTarget(row.customer, erasing.ledger.read_entry(row.number).names, row.at)
    remains = find_leftovers(row, trace, erasing)
    assert remains
    assert advance_erasure(row, erasing, at + DAY) == "verified"
    assert find_leftovers(erasing.erasures.read_row("r1"), trace, erasing) == {}


class Crash(BaseException):
    """The process is gone."""


class Crashing:
    """A DynamoDB client that lets `left` calls through, and then crashes before or after the next one."""

    def __init__(self, client, left, after):
        self.client, self.left, self.after = client, left, after

    def __getattr__(self, name):
        real = getattr(self.client, name)
        if not callable(real) or name in ("get_paginator", "exceptions"):
            return real

        def call(*args, **kwargs):
            self.left -= 1
            if self.left == 0 and not self.after:
                raise Crash
            answer = real(*args, **kwargs)
            if self.left == 0:
                raise Crash
            return answer

        return call


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_call_of_the_sweep_is_made_good_by_the_next_run(shop, tmp_path, after):
    calls = 1
    while True:
        email, at = f"p{calls}@example.org", DUE + timedelta(minutes=calls)
        handle_customer(sign_up(shop, email), shop.services(Post("accepted")), DUE)
        forget(shop, email, at=at, request=f"r{calls}")
        try:
            finish(shop, tmp_path, at=at, client=Crashing(shop.dynamodb, calls, after))
        except Crash:
            assert finish(shop, tmp_path, at=at) in ({"verified": 1}, {})
            assert read_customers(shop, "cust") == []
            assert shop.read_all("links") == []
            calls += 3
            continue
        break
    assert calls > 10
    assert check_chain(shop.services().ledger.list_texts()) == []


def test_an_erasure_waits_while_the_signing_key_is_out_of_reach(shop, tmp_path):
    class Down:
        def sign_text(self, text):
            raise KeyUnavailableError("KMSInternalException")

    sign_on(shop)
    forget(shop, ASHA)
    services = shop.services()
    services.signer = Down()
    assert advance_erasures(services, LATER) == {"postponed": 1}
    assert read_customers(shop, "cust") == []
    assert finish(shop, tmp_path) == {"verified": 1}


def test_an_erasure_that_waits_for_more_than_a_day_is_said_aloud(shop, caplog):
    sign_on(shop)
    forget(shop, ASHA)

    class Down:
        def sign_text(self, text):
            raise KeyUnavailableError("KMSInternalException")

    for late, said in ((timedelta(hours=23), 0), (timedelta(hours=25), 1)):
        services = shop.services()
        services.signer = Down()
        advance_erasures(services, LATER + late)
        assert [record.msg for record in caplog.records].count("erasure_late") == said


def test_an_erasure_whose_entry_is_missing_waits_and_holds_up_no_other(shop, tmp_path):
    for number, email in enumerate((ASHA, "binod@example.org"), 1):
        sign_on(shop, email)
        forget(shop, email, request=f"r{number}")
    key = {"pk": {"S": "entry"}, "number": {"N": "1"}}
    ledger = shop.prefix + "ledger"
    entry = shop.dynamodb.delete_item(TableName=ledger, Key=key, ReturnValues="ALL_OLD")["Attributes"]

    assert finish(shop, tmp_path) == {"postponed": 1, "verified": 1}
    shop.dynamodb.put_item(TableName=ledger, Item=entry)
    assert finish(shop, tmp_path) == {"verified": 1}


def test_two_runs_at_once_write_one_receipt(shop, tmp_path):
    sign_on(shop)
    forget(shop, ASHA)
    erasing = shop.services()
    row = erasing.erasures.read_row("r1")
    assert advance_erasure(row, erasing, LATER) == "verified"
    first = erasing.erasures.read_row("r1").receipt
    with pytest.raises(RaceLostError):
        advance_erasure(row, erasing, LATER)
    assert erasing.erasures.read_row("r1").receipt == first
    assert advance_erasures(erasing, LATER) == {}


def test_an_erasure_opens_no_waiting_item(shop, monkeypatch):
    for number in range(6):
        shop.quarantine(a_submission(email=f"spam{number}@example.org", at=NOW + timedelta(seconds=number)))
    shop.quarantine(a_submission(email="p0@example.org", at=NOW + DAY))
    for number in range(3):
        shop.take(a_submission(email=f"p{number}@example.org"))
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    services, read = shop.services(), []
    monkeypatch.setattr(services.opener, "open_submission", None)
    read_item = services.inbox.read_item
    monkeypatch.setattr(services.inbox, "read_item", lambda key: read.append(key) or read_item(key))

    assert advance_erasures(services, LATER) == {"verified": 3}
    assert len(set(read)) == 1


def test_an_erasure_that_ends_a_run_is_not_the_first_of_the_next(shop, tmp_path, monkeypatch):
    """A function whose time is over dies in the middle of one: what is behind it is finished by the next run."""

    class OverTime(BaseException):
        pass

    for name in ("slow", "quick"):
        sign_on(shop, email=f"{name}@example.org")
        forget(shop, f"{name}@example.org", request=name, at=LATER if name == "slow" else LATER + timedelta(seconds=5))
    real = run.count_stores

    def die(row, *rest):
        if row.id == "slow":
            raise OverTime
        return real(row, *rest)

    monkeypatch.setattr(run, "count_stores", die)
    with pytest.raises(OverTime):
        finish(shop, tmp_path, at=LATER + timedelta(minutes=1))
    with pytest.raises(OverTime):
        finish(shop, tmp_path, at=LATER + timedelta(minutes=2))
    assert shop.services().erasures.read_row("quick").stage.value == "verified"
