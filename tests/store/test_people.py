"""Rows below a customer, and rows that say whose a name is."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.store.identities import GONE, Identities, Owner, name_claim
from chalicelib.store.people_rows import PeopleRows, SealedProfile, name_event
from chalicelib.store.table import Table

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AT, LATER = "2026-03-01T12:00:00.000000Z", "2026-03-02T12:00:00.000000Z"
NAME = "idn#1#hash"


@pytest.fixture
def table(tables):
    return Table(tables.dynamodb, tables.settings.prefix + "customers")


def write(table, *parts):
    table.commit_parts(parts)


def loses(table, *parts):
    """Return whether each of these parts loses."""
    for part in parts:
        with pytest.raises(RaceLostError):
            table.commit_parts([part])
    return True


def test_profile_is_replaced_at_its_version_and_due_in_its_week(table):
    rows = PeopleRows(table)
    assert rows.read_profile("c1") is None
    write(table, rows.write_profile("c1", b"one", 0, NOW))
    assert rows.read_profile("c1") == SealedProfile(b"one", 1)
    assert list(rows.list_due(NOW, 2)) == list(rows.list_due(NOW + timedelta(weeks=2), 2)) == ["c1"]
    assert list(rows.list_due(NOW - timedelta(seconds=1), 2)) == []
    assert list(rows.list_due(NOW + timedelta(weeks=3), 2)) == []

    write(table, rows.write_profile("c1", b"two", 1))
    assert list(rows.list_due(NOW, 2)) == []
    assert loses(table, rows.write_profile("c1", b"late", 1), rows.delete_profile("c1", 1))
    write(table, rows.delete_profile("c1", 2))
    assert rows.read_profile("c1") is None


def test_history_is_listed_by_the_senders_time_and_without_other_rows(table):
    rows = PeopleRows(table)
    late, early = name_event(NOW, "k1"), name_event(NOW - timedelta(days=1), "k2")
    write(table, rows.write_profile("c1", b"profile", 0), rows.write_event("c1", late, b"2"))
    write(table, rows.write_event("c1", early, b"1"))
    assert list(rows.list_events("c1")) == [(early, b"1"), (late, b"2")]
    assert [row["sk"] for row in rows.list_rows("c1")] == [early, late, "profile"]
    assert list(rows.scan_ids()) == ["c1"]

    write(table, rows.replace_event("c1", late, b"short"))
    write(table, rows.delete_row("c1", early))
    assert list(rows.list_events("c1")) == [(late, b"short")]
    assert loses(table, rows.write_event("c1", late, b""), rows.replace_event("c1", early, b""))
    assert loses(table, rows.delete_row("c1", early))
    rows.delete_rows("c1")
    assert list(rows.list_rows("c1")) == []


def test_name_belongs_to_its_first_owner(table):
    names, claim = Identities(table), name_claim("form", "", "sign-up", "event:1")
    write(table, names.write_owner(NAME, "c1"), names.write_owner(claim, "k1", NOW))
    write(table, names.write_owner(NAME, "c1"))

    assert loses(table, names.write_owner(NAME, "c2"))
    assert names.find_owners([NAME, claim, "idn#1#free"]) == {NAME: Owner("c1"), claim: Owner("k1")}
    assert table.read_item({"pk": claim, "sk": "claim"})["expires_at"] == int(NOW.timestamp())


def test_name_of_a_customer_who_was_erased_remembers_when_and_goes_to_someone_new(table):
    names = Identities(table)
    write(table, names.write_owner(NAME, "c1"))
    write(table, names.write_tombstone(NAME, "c1", AT))
    assert names.find_owners([NAME]) == {NAME: Owner("", AT)}
    assert loses(table, names.write_tombstone(NAME, "c1", LATER), names.take_over_name(NAME, "c2", LATER))
    write(table, names.take_over_name(NAME, "c2", AT))

    assert names.find_owners([NAME]) == {NAME: Owner("c2", AT)}


def test_free_name_is_blocked_and_a_tombstone_moves_only_to_a_later_time(table):
    names = Identities(table)
    assert [names.block_if_free(NAME, owner, AT) for owner in (Owner("c1"), Owner("", AT), Owner("", LATER))] == [
        []
    ] * 3
    write(table, *names.block_if_free(NAME, None, AT))
    assert loses(table, names.block_name(NAME, LATER))
    [held] = names.find_owners([NAME]).values()
    write(table, *names.block_if_free(NAME, held, LATER))

    assert table.read_item({"pk": NAME, "sk": "identity"}) == {
        "pk": NAME,
        "sk": "identity",
        "owner": GONE,
        "gone_at": LATER,
    }
    names.delete_names([NAME])
    assert names.find_owners([NAME]) == {}


def test_suggestions_of_a_customer_are_deleted_and_the_others_stay(table):
    names = Identities(table)
    write(table, names.write_suggestion("c2", "c1", "email"), names.write_suggestion("c3", "c2", "phone"))
    write(table, names.write_suggestion("c1", "c3", "id"))
    assert list(names.list_suggestions()) == [("c1", "c2", "email"), ("c1", "c3", "id"), ("c2", "c3", "phone")]
    names.delete_suggestions("c1")

    assert list(names.list_suggestions()) == [("c2", "c3", "phone")]
