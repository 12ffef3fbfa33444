"""Rows below a customer, and rows that say whose a name is."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import OversizeError, RaceLostError
from chalicelib.store.identities import GONE, Identities, Owner, name_claim
from chalicelib.store.people_rows import (
    CORE,
    ENTRY,
    EVENT,
    MOST_SEALED,
    ORDER,
    SHAPE,
    PeopleRows,
    StoredRow,
    name_event,
)
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


def core(sealed, version=0, **rows):
    return StoredRow(sealed, version, SHAPE, **rows)


def test_core_is_replaced_at_its_version_and_due_in_its_week(table):
    rows = PeopleRows(table)
    assert rows.read_core("c1") is None
    write(table, rows.write_core("c1", core(b"one", names=("idn#1#a",), sources=("idn#1#s", "idn#2#s")), NOW))
    assert rows.read_core("c1") == core(b"one", 1, names=("idn#1#a",), sources=("idn#1#s", "idn#2#s"))
    assert list(rows.list_due(NOW, 2)) == list(rows.list_due(NOW + timedelta(weeks=2), 2)) == ["c1"]
    assert list(rows.list_due(NOW - timedelta(seconds=1), 2)) == []
    assert list(rows.list_due(NOW + timedelta(weeks=3), 2)) == []

    write(table, rows.write_core("c1", core(b"two", 1)))
    assert list(rows.list_due(NOW, 2)) == []
    assert loses(table, rows.write_core("c1", core(b"late", 1)), rows.delete_core("c1", 1))
    assert loses(table, rows.check_core("c1", 1))
    write(table, rows.delete_core("c1", 2))
    assert rows.read_core("c1") is None


def test_each_row_has_a_version_of_its_own(table):
    rows, order, entry = PeopleRows(table), f"{ORDER}h1", f"{ENTRY}h1"
    write(table, rows.write_row("c1", order, core(b"1", names=("idn#1#o",))), rows.write_row("c1", entry, core(b"2")))
    assert rows.read_rows("c1", [order, entry, order, f"{ORDER}none"]) == {
        order: core(b"1", 1, names=("idn#1#o",)),
        entry: core(b"2", 1),
    }
    write(table, rows.write_row("c1", order, core(b"3", 1)))
    assert loses(table, rows.write_row("c1", order, core(b"late", 1)), rows.write_row("c1", entry, core(b"late")))

    write(table, rows.replace_sealed("c1", entry, b"4"))
    assert rows.read_rows("c1", [entry]) == {entry: core(b"4", 2)}
    assert loses(table, rows.replace_sealed("c1", f"{ENTRY}none", b"5"), rows.write_row("c1", entry, core(b"late", 1)))


@pytest.mark.parametrize("bytes_too_many", [1, 1_000, 50_000])
def test_what_a_row_cannot_hold_is_refused_before_it_is_written(table, bytes_too_many):
    rows, sealed = PeopleRows(table), b"x" * (MOST_SEALED + bytes_too_many)
    for write_part in (
        lambda: rows.write_core("c1", core(sealed)),
        lambda: rows.write_row("c1", f"{ORDER}h", core(sealed)),
        lambda: rows.write_event("c1", f"{EVENT}t#k", sealed),
        lambda: rows.replace_event("c1", f"{EVENT}t#k", sealed),
        lambda: rows.replace_sealed("c1", f"{ENTRY}h", sealed),
    ):
        with pytest.raises(OversizeError):
            write_part()
    # The largest row that is written, with as many names as a record may come to have, is one that DynamoDB takes.
    names = tuple(f"idn#1#{number:043d}" for number in range(150))
    write(table, rows.write_core("c1", core(b"x" * MOST_SEALED, names=names)))


def list_events(rows):
    return [(key, row.sealed) for key, row in rows.list_stored("c1", EVENT)]


def test_history_is_listed_by_the_senders_time_and_without_other_rows(table):
    rows = PeopleRows(table)
    late, early = name_event(NOW, "k1"), name_event(NOW - timedelta(days=1), "k2")
    write(table, rows.write_core("c1", core(b"profile")), rows.write_event("c1", late, b"2"))
    write(table, rows.write_event("c1", early, b"1"))
    assert list_events(rows) == [(early, b"1"), (late, b"2")]
    assert [row["sk"] for row in rows.list_rows("c1")] == [CORE, early, late]
    assert list(rows.scan_ids()) == ["c1"]

    write(table, rows.replace_event("c1", late, b"short"))
    write(table, rows.delete_row("c1", early))
    assert list_events(rows) == [(late, b"short")]
    assert loses(table, rows.write_event("c1", late, b""), rows.replace_event("c1", early, b""))
    assert loses(table, rows.delete_row("c1", early))
    rows.delete_rows("c1", [CORE, late])
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


def test_an_address_names_every_record_that_holds_it_until_its_note_is_dropped(table):
    names, other = Identities(table), "idn#1#other"
    write(table, names.note_holder(NAME, "c1"), names.note_holder(NAME, "c2"), names.note_holder(other, "c1"))
    write(table, names.note_holder(NAME, "c1"))
    assert names.list_holders([NAME]) == ("c1", "c2")
    assert names.list_holders([other, NAME, "idn#2#none"]) == ("c1", "c2")
    names.drop_holder([NAME, other], "c1")

    assert (names.list_holders([NAME]), names.list_holders([other])) == (("c2",), ())


def test_a_released_name_is_free_and_keeps_the_time_of_an_erasure(table):
    names, erased = Identities(table), "idn#1#erased"
    write(table, names.write_owner(NAME, "c1"), names.block_name(erased, AT))
    write(table, names.take_over_name(erased, "c1", AT))
    assert loses(table, names.release_name(NAME, "c2", ""), names.release_name(erased, "c2", AT))
    write(table, names.release_name(NAME, "c1", ""), names.release_name(erased, "c1", AT))
    assert names.find_owners([NAME, erased]) == {erased: Owner("", AT)}

    write(table, names.write_owner(NAME, "c2"), names.take_over_name(erased, "c2", AT))
    write(table, names.pass_name(erased, "c2", "c3", AT))
    assert names.find_owners([NAME, erased]) == {NAME: Owner("c2"), erased: Owner("c3", AT)}
