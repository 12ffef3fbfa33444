"""`make restore`, rehearsed: nobody forgotten since is readable at any moment, and the others are as they were."""

from datetime import timedelta

import pytest

from tests.builders.erasures import LATER, finish, forget
from tests.builders.shop import a_submission

GONE, STAYING = 50, 6
TABLES = ("", "-restored")


class Reader:
    """After each call that changes something, tries to read each forgotten customer in every table."""

    def __init__(self, shop, gone):
        self.shop, self.gone, self.tries, self.found = shop, gone, 0, []

    def look(self, operation):
        if operation.startswith(("Describe", "List", "Get", "Scan", "Query", "BatchGet")):
            return
        self.tries += 1
        there = set(self.shop.dynamodb.list_tables()["TableNames"])
        keys = self.read(there, "keys", lambda customer: {"pk": {"S": f"cust#{customer}"}})
        cores = self.read(there, "customers", lambda customer: {"pk": {"S": f"cust#{customer}"}, "sk": {"S": "core"}})
        if both := keys & cores:
            self.found.append((operation, len(both)))

    def read(self, there, table, name):
        """Return who has a row in the stage's table, or in one brought back."""
        seen = set()
        for full in [self.shop.prefix + table + ending for ending in TABLES]:
            asked = {full: {"Keys": [name(customer) for customer in self.gone], "ConsistentRead": True}}
            answer = self.shop.dynamodb.batch_get_item(RequestItems=asked)["Responses"] if full in there else {}
            seen |= {row["pk"]["S"] for row in answer.get(full, ())}
        return seen


def fill(rescue, tmp_path, gone=GONE, staying=STAYING):
    """Let people come, keep the past, forget some of them, and let others change; return (ids gone, rows of others)."""
    shop = rescue.shop
    for number in range(gone + staying):
        shop.take(a_submission(email=f"p{number}@example.org", name=f"Person {number}"))
    rescue.aws.keep_past()
    before = {row["pk"]["S"]: row for row in shop.read_all("customers") if row["sk"]["S"] == "core"}
    ids = [forget(shop, f"p{number}@example.org", request=f"r{number}") for number in range(gone)]
    finish(shop, tmp_path)
    shop.take(a_submission(email="late@example.org", at=LATER))
    shop.take(a_submission(email=f"p{gone}@example.org", name="Changed since", at=LATER))
    return ids, {pk: row for pk, row in before.items() if pk.removeprefix("cust#") not in ids}


def list_cores(shop):
    return {row["pk"]["S"]: row for row in shop.read_all("customers") if row["sk"]["S"] == "core"}


def test_a_reader_reads_nobody_at_any_moment_and_the_others_are_as_they_were(rescue, tmp_path):
    ids, others = fill(rescue, tmp_path)
    reader = Reader(rescue.shop, ids)
    rescue.aws.looks.append(reader.look)
    rescue.agree().restore("customers")
    assert reader.found == []
    assert reader.tries > GONE
    assert list_cores(rescue.shop) == others
    assert rescue.shop.find_id("late@example.org") is None
    assert [rescue.shop.find_id(f"p{number}@example.org") for number in range(GONE)] == [None] * GONE
    assert rescue.shop.read_profile(f"p{GONE}@example.org").fields["name"].value == f"Person {GONE}"
    assert f"{GONE} erasures in the ledger" in rescue.text
    there = [name for name in rescue.shop.dynamodb.list_tables()["TableNames"] if name.startswith(rescue.shop.prefix)]
    assert not any(name.endswith("-restored") for name in there)
    late = a_submission(email="p0@example.org", at=LATER - timedelta(days=1))
    assert rescue.shop.take(late) == "nobody"


def test_all_tables_are_restored_without_a_forgotten_key_beside_its_record(rescue, tmp_path):
    ids, others = fill(rescue, tmp_path, gone=5)
    reader = Reader(rescue.shop, ids)
    rescue.aws.looks.append(reader.look)
    rescue.agree().restore("all")
    assert reader.found == []
    assert list_cores(rescue.shop) == others


def test_the_reader_would_find_a_customer_who_is_there(rescue, tmp_path):
    rescue.shop.take(a_submission(email="bo@example.org"))
    reader = Reader(rescue.shop, [rescue.shop.find_id("bo@example.org")])
    reader.look("PutItem")
    assert reader.found == [("PutItem", 1)]


@pytest.mark.parametrize("table", ["customers", "keys", "all"])
def test_it_finishes_after_a_break_at_each_step(rescue, tmp_path, table):
    ids, others = fill(rescue, tmp_path, gone=4, staying=2)
    reader = Reader(rescue.shop, ids)
    rescue.aws.looks.append(reader.look)
    broken = rescue.restore_broken(table, lambda operation: not operation.startswith(("Get", "Query", "BatchGet")))
    assert {name.split()[0] for name in broken} >= {
        "DisableRule",
        "UpdateEventSourceMapping",
        "PutFunctionConcurrency",
        "RestoreTableToPointInTime",
        "TransactWriteItems",
        "DeleteTable",
        "EnableRule",
    }
    assert reader.found == []
    assert ids
    if table != "keys":
        assert list_cores(rescue.shop) == others
    assert rescue.read_progress().at == ""
    assert rescue.aws.reserved == {}
