"""Items of the inbox: kept once, listed while they wait, changed by one worker, remembered without content."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.shop.periods import KEEP_QUARANTINE
from chalicelib.store.inbox import Inbox, InboxItem, State, name_shard, name_shards, read_new_keys
from chalicelib.store.table import Table
from chalicelib.store.unconfirmed import Unconfirmed, Wait

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AT = "2026-03-01T12:00:00.000000Z"
WEEK = timedelta(days=7)


@pytest.fixture
def inbox(tables):
    return Inbox(Table(tables.dynamodb, tables.settings.prefix + "inbox"))


def put(inbox, key="k1", attempt="a1"):
    return inbox.put_item(key, b"sealed", attempt=attempt, received_at=NOW)


def quarantine(inbox, key="k1"):
    put(inbox, key)
    inbox.set_aside(key, State.QUARANTINED, "typed too often", NOW + KEEP_QUARANTINE)


def list_all(inbox, *lists):
    return [key for pending in lists for key in inbox.list_pending(pending)]


def test_item_is_kept_once_and_our_own_retry_is_no_duplicate(inbox):
    assert put(inbox)
    assert put(inbox)  # the same attempt: its reply was lost
    assert not put(inbox, attempt="a2")

    assert inbox.read_item("k1") == InboxItem("k1", State.NEW, b"sealed", AT, pending=name_shard("k1"))
    assert inbox.read_item("k2") is None
    assert list_all(inbox, *name_shards()) == ["k1"]


def test_lists_are_by_time_and_no_longer_than_asked_for(inbox):
    for number in range(5):
        inbox.put_item(f"k{number}", b"s", attempt="a", received_at=NOW + timedelta(seconds=9 - number))
        inbox.set_aside(f"k{number}", State.QUARANTINED, "typed too often", NOW + KEEP_QUARANTINE)

    assert list(inbox.list_pending("quarantined", most=2)) == ["k4", "k3"]
    assert list(inbox.list_pending("quarantined", "2026-03-01T12:00:08")) == ["k4", "k3", "k2"]


def test_quarantined_item_waits_in_quarantine_until_it_is_released(inbox):
    quarantine(inbox)
    assert list_all(inbox, "quarantined") == ["k1"]
    assert "expires_at" in inbox.table.read_item({"pk": "k1"})
    inbox.release_item("k1", State.QUARANTINED)

    assert inbox.read_item("k1").state is State.NEW
    assert "expires_at" not in inbox.table.read_item({"pk": "k1"})
    assert list_all(inbox, "quarantined", *name_shards()) == ["k1"]


def test_repetition_replaces_a_quarantined_one(inbox):
    quarantine(inbox)
    assert put(inbox, attempt="a2")
    assert put(inbox, attempt="a2")  # the same attempt: its reply was lost
    assert not put(inbox, attempt="a3")

    row = inbox.table.read_item({"pk": "k1"})
    assert (row["state"], row["attempt"], row["pending"]) == ("new", "a2", name_shard("k1"))
    assert "expires_at" not in row
    assert list_all(inbox, "quarantined", *name_shards()) == ["k1"]


def release(inbox):
    inbox.release_item("k1", State.QUARANTINED)


def settle(inbox):
    release(inbox)
    inbox.settle_without_effect("k1", State.NOBODY, NOW)


def park(inbox):
    release(inbox)
    inbox.park_item("k1", "unreadable")


def hold(inbox):
    release(inbox)
    inbox.table.commit_parts([Unconfirmed(inbox).hold_item(inbox.read_item("k1"), "asking")])


@pytest.mark.parametrize("change", [release, settle, park, hold])
def test_item_is_replaced_in_quarantine_alone(inbox, change):
    quarantine(inbox)
    change(inbox)
    before = inbox.table.read_item({"pk": "k1"})

    assert not put(inbox, attempt="a2")
    assert put(inbox, attempt="a1")  # the first attempt, whose reply was lost
    assert inbox.table.read_item({"pk": "k1"}) == before


def test_dropped_item_is_emptied_and_one_that_waits_no_more_is_left_alone(inbox):
    quarantine(inbox)
    held = inbox.read_item("k1")
    assert inbox.drop_item(held, NOW)
    assert (inbox.read_item("k1").state, inbox.read_item("k1").sealed) == (State.DROPPED, b"")
    assert not inbox.drop_item(held, NOW)
    put(inbox, "k2")
    assert not inbox.drop_item(replace(inbox.read_item("k2"), state=State.QUARANTINED), NOW)
    assert inbox.read_item("k2").sealed


def test_released_item_that_was_replaced_first_is_released_once(inbox):
    quarantine(inbox)
    put(inbox, attempt="a2")
    release(inbox)

    row = inbox.table.read_item({"pk": "k1"})
    assert (row["state"], row["attempt"], row.get("reason")) == ("new", "a2", None)


def test_item_is_parked_by_one_worker_and_a_later_change_loses(inbox):
    put(inbox)
    inbox.park_item("k1", "unreadable")
    inbox.park_item("k1", "late")
    inbox.settle_without_effect("k1", State.DUPLICATE, NOW)
    inbox.park_item("nobody", "absent")

    parked = inbox.read_item("k1")
    assert (parked.state, parked.reason, parked.sealed) == (State.PARKED, "unreadable", b"sealed")
    assert inbox.read_item("nobody") is None


def test_settled_item_keeps_its_key_and_loses_its_content(inbox):
    put(inbox)
    inbox.table.commit_parts([inbox.write_tombstone("k1", State.SETTLED, NOW)])
    with pytest.raises(RaceLostError):
        inbox.table.commit_parts([inbox.write_tombstone("k1", State.SETTLED, NOW)])

    row = inbox.table.read_item({"pk": "k1"})
    assert row == {"pk": "k1", "state": "settled", "attempt": "a1", "received_at": AT, "settled_at": AT}
    assert not put(inbox, attempt="a2")
    assert list_all(inbox, *name_shards()) == []


def test_item_without_effect_is_settled_alone(inbox):
    put(inbox)
    inbox.settle_without_effect("k1", State.DUPLICATE, NOW)

    assert inbox.read_item("k1") == InboxItem("k1", State.DUPLICATE, b"", AT)


def test_unconfirmed_item_moves_from_list_to_list_and_is_kept_a_week(inbox):
    rows = Unconfirmed(inbox)
    put(inbox)
    inbox.table.commit_parts([rows.hold_item(inbox.read_item("k1"), "asking#newsletter")])
    [item] = rows.list_waiting("asking#newsletter")
    assert (item.state, item.ask_at) == (State.UNCONFIRMED, AT)
    assert inbox.table.read_item({"pk": "k1"})["expires_at"] == int((NOW + WEEK).timestamp())

    inbox.table.commit_parts([rows.move_item(item, Wait.ASKED, NOW, "sent")])
    with pytest.raises(RaceLostError):
        inbox.table.commit_parts([rows.move_item(item, Wait.LATER, NOW)])
    assert list(rows.list_waiting("asking#newsletter")) == []
    assert [one.key for one in rows.list_waiting(Wait.ASKED)] == ["k1"]
    assert rows.read_kept("k1", NOW + WEEK - timedelta(seconds=1)) is not None
    assert rows.read_kept("k1", NOW + WEEK) is None
    assert rows.read_kept("k2", NOW) is None


def test_item_that_came_back_to_its_list_is_another_one_than_was_read(inbox):
    rows = Unconfirmed(inbox)
    put(inbox)
    inbox.table.commit_parts([rows.hold_item(inbox.read_item("k1"), "asking#newsletter")])
    old = inbox.read_item("k1")
    inbox.table.commit_parts([rows.move_item(old, Wait.ASKING, NOW + WEEK)])

    with pytest.raises(RaceLostError):
        inbox.table.commit_parts([rows.move_item(old, Wait.SENDING, NOW)])
    assert inbox.read_item("k1").pending == Wait.ASKING.value


def test_stream_names_the_items_that_are_new():
    def record(kind, key):
        return {"eventName": kind, "dynamodb": {"Keys": {"pk": {"S": key}}}}

    records = [record("INSERT", "k1"), record("MODIFY", "k2"), record("REMOVE", "k3"), record("INSERT", "k4")]
    assert read_new_keys(records) == ["k1", "k4"]
