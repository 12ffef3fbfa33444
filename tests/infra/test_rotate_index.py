"""`make rotate-index` adds a secret to the blind index; every name stays findable, and no secret ever goes."""

import sys
from datetime import timedelta

import pytest

from chalicelib.store.keys import Keys
from infra.staff import rotate_index
from tests.builders.api import start_container
from tests.builders.erasures import finish, forget
from tests.builders.shop import NOW, Shop, a_submission
from tests.builders.stages import open_here

OLD, NEW = "old@example.org", "new@example.org"


@pytest.fixture
def shop(tables, tmp_path, monkeypatch):
    """Return a shop with one customer, whose keys are in the environment as on a stage."""
    shop = Shop(tables, tmp_path)
    monkeypatch.setenv("ROOT_KEY", shop.root_key)
    monkeypatch.setenv("INBOX_KEY", shop.inbox_key)
    shop.take(a_submission(email=OLD))
    start_container()
    yield shop
    start_container()


def run(monkeypatch, capsys, *words):
    """Run the command; return its status and what it printed."""
    monkeypatch.setattr(sys, "argv", ["rotate-index", *words])
    monkeypatch.setattr(rotate_index, "open_stage", open_here)
    status = rotate_index.main()
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def list_numbers(shop):
    """Return under which secrets the names of customers are indexed, with how many rows each."""
    rows = [row["pk"]["S"].split("#")[1] for row in shop.read_all("customers") if row["pk"]["S"].startswith("idn#")]
    return {number: rows.count(number) for number in sorted(set(rows))}


def read_index(shop):
    """Return the sealed row of the secrets."""
    return [row for row in shop.read_all("keys") if row["pk"]["S"] == "index"]


def test_without_apply_nothing_changes(shop, monkeypatch, capsys):
    before = read_index(shop)
    status, out, _ = run(monkeypatch, capsys)
    assert (status, read_index(shop)) == (0, before)
    assert "The index has 1 secret: 1." in out
    assert "stop every function" in out
    assert "Nothing was changed" in out


def test_a_rotation_adds_a_secret_and_every_name_is_still_found(shop, monkeypatch, capsys):
    before = shop.find_id(OLD)
    status, out, _ = run(monkeypatch, capsys, "--apply", "yes")
    assert status == 0
    assert "The index has 2 secrets: 2, 1. The newest, 2, was added." in out
    assert "No older secret can be removed" in out
    assert shop.find_id(OLD) == before is not None
    assert list_numbers(shop) == {"1": 1}
    shop.take(a_submission(email=NEW))
    shop.take(a_submission(email=OLD, at=NOW + timedelta(hours=1)))
    assert list_numbers(shop) == {"1": 2, "2": 2}
    assert len(shop.list_customers()) == 2


def test_a_forgotten_customer_is_known_by_the_older_secret_alone(shop, tmp_path, monkeypatch, capsys):
    forget(shop, OLD)
    finish(shop, tmp_path)
    run(monkeypatch, capsys, "--apply", "yes")
    shop.take(a_submission(email=OLD, at=NOW - timedelta(days=1)))  # from before: it brings nobody back
    assert shop.list_customers() == []
    assert list_numbers(shop) == {"1": 1}  # nothing but secret 1 leads to the tombstone


def test_a_rotation_beside_another_is_reported(shop, monkeypatch, capsys):
    rotate = Keys.rotate_index
    monkeypatch.setattr(Keys, "rotate_index", lambda keys: (rotate(keys), rotate(keys)))
    status, out, err = run(monkeypatch, capsys, "--apply", "yes")
    assert (status, out) == (1, "")
    assert "changed while this ran" in err
