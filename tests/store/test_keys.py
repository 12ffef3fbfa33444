"""Customers' keys and the secrets of the service: sealed, made once, gone when deleted."""

import os

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.store.keys import Keys
from chalicelib.store.table import Table
from chalicelib.vault.root import RootSeal


@pytest.fixture
def keys(tables, tmp_path):
    root = tmp_path / "root.key"
    root.write_bytes(os.urandom(32))
    root.chmod(0o600)
    return Keys(Table(tables.dynamodb, tables.settings.prefix + "keys"), RootSeal([f"file:{root}"], None))


def test_key_of_a_customer_is_sealed_written_once_and_destroyed_once(keys):
    assert keys.read_key("c1") is None
    assert not keys.has_key("c1")
    key = os.urandom(32)
    keys.table.commit_parts([keys.write_key("c1", key)])
    assert keys.read_key("c1") == key
    assert keys.has_key("c1")
    assert key not in keys.read_row("cust#c1")
    with pytest.raises(RaceLostError):
        keys.table.commit_parts([keys.write_key("c1", os.urandom(32))])
    keys.table.commit_parts([keys.check_key("c1")])

    keys.table.commit_parts([keys.delete_key("c1")])
    assert keys.read_key("c1") is None
    for part in (keys.check_key("c1"), keys.delete_key("c1")):
        with pytest.raises(RaceLostError):
            keys.table.commit_parts([part])


def test_secrets_are_made_by_the_first_reader_and_the_slower_one_reads_them(keys):
    codes, index = keys.read_codes(), keys.read_index()
    keys.put_secret("codes", os.urandom(32), None)  # of a process that read before there was one

    assert keys.read_codes() == codes
    assert keys.read_index() == index


def test_rotation_puts_a_secret_in_front_and_loses_to_a_rotation_that_was_faster(keys):
    first = keys.read_index()
    stale = keys.read_row("index")
    keys.rotate_index()
    second = keys.read_index()
    keys.put_secret("index", b"late", stale)

    assert list(second)[1:] == list(first)
    assert {name: second[name] for name in first} == first
    assert keys.read_index() == second
