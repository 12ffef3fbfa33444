"""One DynamoDB table: values, expressions, batches, pages, conditions and races, on DynamoDB itself."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import RaceLostError, RowTwiceError
from chalicelib.models.months import name_week
from chalicelib.store.attributes import dump_expressions, dump_row, load_row
from chalicelib.store.table import (
    MOST_BATCH,
    NEW,
    READ_BATCH,
    SHARDS,
    THERE,
    Table,
    choose_shard,
    expire_at,
    put_in_queue,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = {"pk": "a#1", "sk": "a"}
KINDS = {"text": "Асель", "empty": "", "number": 7, "binary": b"\x00\xff", "no_bytes": b"", "yes": True, "none": None}


@pytest.fixture
def table(tables):
    return Table(tables.dynamodb, tables.settings.prefix + "customers")


def put_rows(table, *rows):
    """Write rows."""
    for row in rows:
        assert table.write_item(row) is None


def queue_rows(table, count, queue="review#0"):
    """Put rows into a queue, four a day; return their partition keys, earliest day first."""
    rows = [
        {"pk": f"review#{number:03}", "sk": "review", **put_in_queue(queue, f"2026-03-{1 + number // 4:02}")}
        for number in range(count)
    ]
    put_rows(table, *rows)
    return [row["pk"] for row in rows]


class Fake:
    """A client whose calls answer from lists; it keeps what it was asked."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def __getattr__(self, operation):
        def call(**request):
            self.asked.append(request)
            answer = self.answers[operation].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refuse(code):
    """Return the error of an AWS client."""
    return ClientError({"Error": {"Code": code, "Message": ""}}, "any")


def test_values_come_back_as_they_were_written(table):
    put_rows(table, KEY | KINDS)

    assert table.read_item(KEY) == KEY | KINDS
    assert isinstance(table.read_item(KEY)["number"], Decimal)
    assert isinstance(table.read_item(KEY)["binary"], bytes)
    assert load_row(dump_row(KINDS)) == KINDS


def test_fractions_are_refused_before_dynamodb_rounds_them():
    with pytest.raises(TypeError):
        dump_row({"share": 0.1})


def test_row_that_is_not_there_is_none(table):
    assert table.read_item(KEY) is None
    assert table.read_item(KEY, consistent=False) is None


def test_expressions_carry_the_names_and_values_that_they_use():
    assert dump_expressions({"old": "b", "count": 2}, UpdateExpression="SET #state = :old ADD n :count") == {
        "UpdateExpression": "SET #state = :old ADD n :count",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":old": {"S": "b"}, ":count": {"N": "2"}},
    }
    both = dump_expressions({}, UpdateExpression="REMOVE #a", ConditionExpression="attribute_exists(#b)")
    assert both["ExpressionAttributeNames"] == {"#a": "a", "#b": "b"}
    assert dump_expressions({}, ConditionExpression="") == {}


def test_parts_take_effect_together_with_names_that_dynamodb_reserves(table):
    put_rows(table, KEY | {"state": "old"}, {"pk": "a#2", "sk": "a"}, {"pk": "a#3", "sk": "a"})
    table.commit_parts(
        [
            table.put_part({"pk": "a#4", "sk": "a", "name": "new"}, NEW),
            table.update_part(KEY, "SET #state = :new", "#state = :old", new="new", old="old"),
            table.delete_part({"pk": "a#2", "sk": "a"}, THERE),
            table.check_part({"pk": "a#3", "sk": "a"}, THERE),
        ]
    )

    rows = [table.read_item({"pk": f"a#{number}", "sk": "a"}) for number in (1, 2, 3, 4)]
    assert rows == [KEY | {"state": "new"}, None, {"pk": "a#3", "sk": "a"}, {"pk": "a#4", "sk": "a", "name": "new"}]


@pytest.mark.parametrize("losing", ["put", "update", "delete", "check"])
def test_condition_that_fails_loses_the_race_and_writes_nothing(table, losing):
    put_rows(table, KEY | {"state": "other"})
    parts = {
        "put": table.put_part(KEY, NEW),
        "update": table.update_part(KEY, "SET #state = :new", "#state = :old", new="new", old="old"),
        "delete": table.delete_part({"pk": "a#2", "sk": "a"}, THERE),
        "check": table.check_part(KEY, "#state = :old", old="old"),
    }
    with pytest.raises(RaceLostError):
        table.commit_parts([table.put_part({"pk": "a#9", "sk": "a"}), parts[losing]])

    assert table.read_item({"pk": "a#9", "sk": "a"}) is None
    assert table.read_item(KEY) == KEY | {"state": "other"}


def test_dynamodb_takes_no_row_twice_in_one_transaction(table):
    part = table.put_part(KEY)

    with pytest.raises(ClientError, match="ValidationException"):
        table.client.transact_write_items(TransactItems=[part, part])


@pytest.mark.parametrize("kind", ["put", "put if new", "update", "delete", "check"])
def test_equal_parts_are_written_once(table, kind):
    put_rows(table, {"pk": "a#2", "sk": "a"})
    part = {
        "put": table.put_part(KEY | {"binary": b"x"}),
        "put if new": table.put_part(KEY, NEW),
        "update": table.update_part(KEY, "ADD n :one", one=1),
        "delete": table.delete_part({"pk": "a#2", "sk": "a"}, THERE),
        "check": table.check_part({"pk": "a#2", "sk": "a"}, THERE),
    }[kind]

    table.commit_parts([part, table.put_part({"pk": "a#3", "sk": "a"}), dict(part), part])

    assert table.read_item({"pk": "a#3", "sk": "a"}) is not None
    assert (table.read_item(KEY) or {}).get("n", 1) == 1


def test_two_different_parts_of_one_row_are_refused_before_anything_is_written(table):
    first = table.put_part({"pk": "a#9", "sk": "a"})
    for second, third in (
        (table.put_part(KEY | {"text": "one"}), table.put_part(KEY | {"text": "two"})),
        (table.put_part(KEY), table.put_part(KEY, NEW)),
        (table.put_part(KEY), table.delete_part(KEY)),
        (table.check_part(KEY, NEW), table.put_part(KEY)),
        (table.update_part(KEY, "ADD n :one", one=1), table.update_part(KEY, "ADD n :one", one=2)),
    ):
        with pytest.raises(RowTwiceError, match=r"^a$"):
            table.commit_parts([first, second, third])

    assert table.read_item({"pk": "a#9", "sk": "a"}) is None


def test_key_that_is_asked_for_twice_is_read_once(table):
    other = {"pk": "a#2", "sk": "a"}
    put_rows(table, KEY, other)

    assert list(table.read_items([KEY, KEY])) == [KEY]
    assert sorted(row["pk"] for row in table.read_items([KEY, other, dict(KEY), other] * 40)) == ["a#1", "a#2"]


def test_rows_that_differ_in_sort_key_or_table_are_not_one_row(table, tables):
    keys = Table(tables.dynamodb, tables.settings.prefix + "keys")
    other = {"pk": KEY["pk"], "sk": "b"}

    table.commit_parts([table.put_part(KEY), table.put_part(other), keys.put_part({"pk": KEY["pk"]})])

    assert None not in (table.read_item(KEY), table.read_item(other), keys.read_item({"pk": KEY["pk"]}))


@pytest.mark.parametrize(
    "code", ["TransactionCanceledException", "TransactionConflictException", "TransactionInProgressException"]
)
def test_rival_transactions_are_races(code):
    with pytest.raises(RaceLostError):
        Table(Fake(transact_write_items=[refuse(code)]), "t").commit_parts([])


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "ValidationException"])
def test_other_faults_are_no_races(code):
    client = Fake(transact_write_items=[refuse(code)], put_item=[refuse(code)], update_item=[refuse(code)])
    table = Table(client, "t")
    for call in (
        lambda: table.commit_parts([]),
        lambda: table.write_item(KEY, NEW),
        lambda: table.change_item(KEY, "SET a = :a", THERE, a=1),
    ):
        with pytest.raises(ClientError, match=code):
            call()


def test_version_counts_changes_and_the_slower_of_two_writers_loses(table):
    table.commit_parts([table.put_version_part(KEY | {"text": "one"}, 0)])
    table.commit_parts([table.put_version_part(KEY | {"text": "two"}, 1)])
    for old in (0, 1, 3):
        with pytest.raises(RaceLostError):
            table.commit_parts([table.put_version_part(KEY | {"text": "late"}, old)])

    assert table.read_item(KEY) == KEY | {"text": "two", "version": 2}


def test_write_that_is_refused_shows_the_row_that_stands(table):
    assert table.write_item(KEY | {"sealed": b"mine"}, NEW) is None
    assert table.write_item(KEY | {"sealed": b"yours"}, NEW) == KEY | {"sealed": b"mine"}
    assert table.write_item(KEY | {"sealed": b"next"}, "sealed = :old", old=b"mine") is None
    assert table.read_item(KEY) == KEY | {"sealed": b"next"}
    assert table.write_item({"pk": "a#2", "sk": "a"}, THERE) == {}


def test_change_and_deletion_of_one_row(table):
    assert table.change_item(KEY, "ADD n :one", one=1)
    assert table.change_item(KEY, "ADD n :one", "n = :old", one=1, old=1)
    assert not table.change_item(KEY, "ADD n :one", "n = :old", one=1, old=1)
    assert table.read_item(KEY) == KEY | {"n": 2}
    for _ in range(2):
        table.delete_item(KEY)
    assert table.read_item(KEY) is None


def test_partition_is_read_whole_in_order_and_by_prefix(table):
    long = "x" * 300_000  # four of them are more than one page of 1 MB
    put_rows(table, *({"pk": "p", "sk": f"mail#{number}", "long": long} for number in (3, 1, 4, 2)))
    put_rows(table, {"pk": "p", "sk": "links"}, {"pk": "other", "sk": "mail#0"})

    assert [row["sk"] for row in table.query_items("p")] == ["links", "mail#1", "mail#2", "mail#3", "mail#4"]
    assert [row["sk"] for row in table.query_items("p", "mail#")] == ["mail#1", "mail#2", "mail#3", "mail#4"]
    assert list(table.query_items("p", "m#", consistent=False)) == []
    assert sorted(row["sk"] for row in table.scan_keys("begins_with(sk, :mail)", mail="mail#")) == [
        *(f"mail#{number}" for number in range(5))
    ]


def test_many_keys_are_read_in_batches(table):
    keys = [{"pk": f"a#{number}", "sk": "a"} for number in range(READ_BATCH + 5)]
    put_rows(table, *keys[2:])

    found = list(table.read_items(keys))
    assert sorted(row["pk"] for row in found) == sorted(key["pk"] for key in keys[2:])
    assert list(table.read_items([])) == []


def test_keys_that_dynamodb_left_out_are_asked_for_again():
    keys = [{"pk": f"a#{number}"} for number in range(READ_BATCH + 1)]
    first, last = dump_row(keys[0]), dump_row(keys[-1])
    client = Fake(
        batch_get_item=[
            {"Responses": {"t": [last]}, "UnprocessedKeys": {"t": {"Keys": [first]}}},
            {"Responses": {"t": [first]}, "UnprocessedKeys": {}},
        ]
    )

    assert list(Table(client, "t").read_items(keys, consistent=False)) == [keys[-1], keys[0]]
    asked = [request["RequestItems"]["t"] for request in client.asked]
    assert [len(each["Keys"]) for each in asked] == [READ_BATCH, 2]
    assert asked[1]["Keys"] == [first, last]
    assert not any(each["ConsistentRead"] for each in asked)


def test_rows_are_deleted_in_batches(table):
    keys = [{"pk": "p", "sk": f"{number:03}"} for number in range(2 * MOST_BATCH + 3)]
    put_rows(table, *keys)
    table.delete_items(keys[1:])
    table.delete_items([])

    assert list(table.query_items("p")) == keys[:1]


def test_rows_that_dynamodb_left_are_deleted_again():
    left = [{"DeleteRequest": {"Key": dump_row({"pk": "b"})}}]
    client = Fake(batch_write_item=[{"UnprocessedItems": {"t": left}}, {}])
    Table(client, "t").delete_items([{"pk": "a"}, {"pk": "b"}])

    assert [request["RequestItems"]["t"] for request in client.asked][1] == left


def test_queue_lists_what_is_due_earliest_first(table):
    keys = queue_rows(table, 12)
    queue_rows(table, 1, queue="open#0")  # the same first row, now elsewhere

    due = list(table.list_queue("review#0", "2026-03-02"))
    assert sorted(row["pk"] for row in due) == keys[1:8]
    assert [row["due_at"] for row in due] == ["2026-03-01"] * 3 + ["2026-03-02"] * 4
    assert len(list(table.list_queue("review#0", "9999"))) == 11
    assert [row["pk"] for row in table.list_queue("open#0", "9999")] == keys[:1]
    assert list(table.list_queue("review#1", "9999")) == []


def test_row_that_leaves_its_queue_is_listed_no_more(table):
    [key] = queue_rows(table, 1)
    table.change_item({"pk": key, "sk": "review"}, "REMOVE #queue, due_at")

    assert list(table.list_queue("review#0", "9999")) == []


@pytest.mark.parametrize("most", [1, 5, 12, 100])
def test_cursor_goes_through_a_queue_once(table, most):
    keys, found, cursor = queue_rows(table, 12), [], ""
    while True:
        rows, cursor = table.page_queue("review#0", cursor, most)
        assert len(rows) <= most
        found += [row["pk"] for row in rows]
        if not cursor:
            break

    assert sorted(found) == keys
    assert [row["pk"] for row in table.list_queue("review#0", "9999")] == found


def test_cursor_whose_row_was_moved_goes_on_from_its_time(table):
    keys = queue_rows(table, 8)
    rows, cursor = table.page_queue("review#0", "", 3)
    seen = [row["pk"] for row in rows]
    table.change_item({"pk": seen[-1], "sk": "review"}, "SET due_at = :later", later="2026-04-01")
    rest, _ = table.page_queue("review#0", cursor, 100)

    assert sorted({*seen, *(row["pk"] for row in rest)}) == keys


def test_index_yields_no_more_than_asked_for(table):
    keys = queue_rows(table, 9)

    found = table.query_index("due", "#queue = :queue", most=4, queue="review#0")
    assert sorted(row["pk"] for row in found) == keys[:4]


def test_shards_are_the_same_in_every_process_and_all_of_them_are_used():
    assert [choose_shard(key) for key in ("a", "b", "c1")] == [3, 1, 1]
    assert {choose_shard(f"customer-{number}") for number in range(100)} == set(range(SHARDS))
    assert {choose_shard(f"customer-{number}", 28) for number in range(1_000)} == set(range(28))


def test_weeks_are_iso_weeks_of_utc():
    assert name_week(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == "2026-W53"
    assert name_week(datetime.fromisoformat("2026-03-02T01:00:00+05:00")) == "2026-W09"


def test_attributes_of_an_end_and_of_a_queue():
    assert expire_at(NOW) == {"expires_at": 1772366400}
    assert put_in_queue("open#1", NOW) == {"queue": "open#1", "due_at": "2026-03-01T12:00:00.000000Z"}
