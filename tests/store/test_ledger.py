"""The ledger of erasures: each entry follows from the one before, and a hole or a change shows."""

from datetime import UTC, datetime

import pytest

from chalicelib.errors import LedgerBrokenError, RaceLostError
from chalicelib.store.ledger import Erasure, Head, Ledger, check_chain, check_hashes
from chalicelib.store.table import Table

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def ledger(tables):
    return Ledger(Table(tables.dynamodb, tables.settings.prefix + "ledger"))


def next_entry(ledger, **changes):
    head = ledger.read_head()
    plain = {"number": head.number + 1, "at": NOW, "request": "r", "reason": "request", "customer": "c"}
    return Erasure(**{**plain, "names": ("1#hash",), "previous": head.hash, **changes})


def append(ledger, count=1):
    for _ in range(count):
        ledger.table.commit_parts(ledger.append_entry(next_entry(ledger)))


def test_entries_follow_each_other_without_a_gap(ledger):
    assert ledger.read_head() == Head()
    append(ledger, 11)

    assert [number for number, _ in ledger.list_texts()] == list(range(1, 12))
    assert ledger.read_head().number == ledger.read_entry(11).number == 11
    assert check_chain(ledger.list_texts()) == []


@pytest.mark.parametrize("changes", [{"number": 1}, {"number": 2}, {"number": 4}])
def test_entry_that_does_not_follow_the_last_is_not_appended(ledger, changes):
    append(ledger, 2)
    with pytest.raises(RaceLostError):
        ledger.table.commit_parts(ledger.append_entry(next_entry(ledger, **changes)))

    assert ledger.read_head().number == 2
    assert check_chain(ledger.list_texts()) == []


def test_missing_entry_shows(ledger):
    append(ledger, 3)
    ledger.table.delete_item({"pk": "entry", "number": 2})

    with pytest.raises(LedgerBrokenError, match="entry 2"):
        ledger.read_entry(2)
    assert check_chain(ledger.list_texts()) != []


def test_changed_entry_and_lost_end_show(ledger):
    append(ledger, 3)
    texts, heads = list(ledger.list_texts()), [ledger.read_head()]
    changed = [(number, text.replace('"c"', '"d"') if number == 2 else text) for number, text in texts]

    assert check_hashes(texts, heads, "signature") == []
    assert check_chain(changed) == ["entry 3 does not follow from the one before it"]
    assert check_hashes(texts[:2], heads, "signature") == ["entry 3 is not the one that its signature names"]
