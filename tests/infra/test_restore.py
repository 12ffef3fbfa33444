"""After a restore the ledger has its way again, and only then is the door opened."""

from datetime import timedelta

import pytest

from chalicelib.erasure.replay import replay_entries
from chalicelib.outreach.decide import handle_customer
from chalicelib.store.ledger import Erasure
from infra.account.ledger_file import read_entries
from infra.staff.ledger import export_ledger, replay_ledger, verify_ledger
from tests.builders.erasures import LATER, finish, forget
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.shop import NOW, a_submission

ASHA = "asha@example.org"
DAY = timedelta(days=1)
TABLES = ("inbox", "customers", "keys", "links")


def back_up(shop, tables=TABLES):
    return {table: shop.read_all(table) for table in tables}


def restore(shop, backup):
    """Let tables be what they were."""
    for table, rows in backup.items():
        for row in shop.read_all(table):
            key = {name: row[name] for name in ("pk", "sk") if name in row}
            shop.dynamodb.delete_item(TableName=shop.prefix + table, Key=key)
        for row in rows:
            shop.dynamodb.put_item(TableName=shop.prefix + table, Item=row)


def replay(shop, folder, texts=None):
    ledger = shop.services().ledger
    entries = [Erasure.model_validate_json(text) for _, text in texts or ledger.list_texts()]
    return replay_entries(entries, shop.services(), LATER)


@pytest.mark.parametrize("lost", [TABLES, ("customers",), ("keys",), ("customers", "keys"), ("links",)])
def test_a_backup_taken_before_does_not_bring_anybody_back(shop, tmp_path, lost):
    customer = sign_up(shop, ASHA)
    handle_customer(customer, shop.services(Post("accepted")), DUE)
    shop.take(a_submission(email="bo@example.org"))
    backup = back_up(shop, lost)
    forget(shop, ASHA, at=LATER)
    finish(shop, tmp_path)
    restore(shop, backup)

    replay(shop, tmp_path)
    assert shop.find_id(ASHA) is None
    assert len(shop.list_customers()) == 1  # the other one is still there
    assert not any(customer in row["pk"]["S"] for row in shop.read_all("customers") if row["sk"]["S"] != "review")
    assert shop.read_all("links") == []
    assert replay(shop, tmp_path) == {"still forgotten": 1}
    assert shop.take(a_submission(email=ASHA, at=NOW)) == "nobody"


def test_a_backup_of_before_two_erasures_brings_back_neither_life(shop, tmp_path):
    shop.take(a_submission(email=ASHA))
    backup = back_up(shop)
    forget(shop, ASHA, at=LATER)
    finish(shop, tmp_path)
    between = a_submission(email=ASHA, at=LATER + DAY)
    assert shop.take(between) == "settled"
    forget(shop, ASHA, at=LATER + 2 * DAY, request="r2")
    finish(shop, tmp_path, at=LATER + 2 * DAY)
    restore(shop, backup)

    replay(shop, tmp_path)
    assert shop.take(between) == "nobody"
    assert replay(shop, tmp_path) == {"still forgotten": 2}
    assert shop.take(a_submission(email=ASHA, at=LATER + 3 * DAY)) == "settled"


def test_a_ledger_that_was_restored_too_is_filled_from_its_export(shop, tmp_path, capsys):
    for number in range(3):
        sign_up(shop, f"p{number}@example.org")
    backup = back_up(shop)
    for number in range(3):
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    finish(shop, tmp_path)
    ledger, path = shop.services().ledger, tmp_path / "ledger.jsonl"
    assert export_ledger(ledger, path) == 0
    head = ledger.read_head()
    for row in shop.read_all("ledger"):
        key = {name: row[name] for name in ("pk", "number")}
        shop.dynamodb.delete_item(TableName=shop.prefix + "ledger", Key=key)
    restore(shop, backup)

    texts = read_entries(path)
    assert replay_ledger(texts, shop.services(), LATER) == 0
    assert ledger.read_head() == head
    assert verify_ledger(shop.services()) == 0
    assert shop.list_customers() == []
    assert "whole" in capsys.readouterr().out


def test_a_ledger_with_a_hole_is_not_replayed(shop, tmp_path, capsys):
    for number in range(3):
        sign_up(shop, f"p{number}@example.org")
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    ledger = shop.services().ledger
    texts = list(ledger.list_texts())
    del texts[1]
    assert replay_ledger(texts, shop.services(), LATER) == 1
    assert "entry 3 follows 1" in capsys.readouterr().err
