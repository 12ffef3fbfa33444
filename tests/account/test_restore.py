"""`make restore`: what comes back of each table, what stands still meanwhile, and what it refuses."""

import contextlib
from datetime import timedelta

import pytest

from chalicelib.outreach.decide import handle_customer
from chalicelib.senders.link import withdraw_consent
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import Link, LinkKind
from infra.account import bring_back
from infra.account.restore_state import read_moment
from infra.staff.ledger import export_ledger
from tests.builders.account import BrokenError
from tests.builders.erasures import LATER, finish, forget
from tests.builders.mails import DUE, Post, list_reasons, sign_up, stop_address
from tests.builders.restoring import FUNCTIONS, MAPPINGS, NOW, THEN
from tests.builders.shop import a_submission

ASHA, BO = "asha@example.org", "bo@example.org"


def delete_all(shop, table):
    schema = shop.dynamodb.describe_table(TableName=shop.prefix + table)["Table"]["KeySchema"]
    for row in shop.read_all(table):
        key = {each["AttributeName"]: row[each["AttributeName"]] for each in schema}
        shop.dynamodb.delete_item(TableName=shop.prefix + table, Key=key)


def fail(rescue, *asked, **wishes):
    with pytest.raises(SystemExit) as stopped:
        rescue.restore(*asked, **wishes)
    return str(stopped.value)


# ---- what stands still, and what does not


def test_everything_stands_still_but_the_door_and_then_runs_as_it_ran(rescue):
    rescue.aws.reserved["Desk"] = 5
    rescue.aws.keep_past()
    states = dict(rescue.aws.states)
    stood = []

    def look(operation):
        if operation == "RestoreTableToPointInTime":
            events = rescue.aws.client("events")
            rules = [each["State"] for each in events.list_rules()["Rules"]]
            stood.append((set(rules), set(rescue.aws.states.values()), dict(rescue.aws.reserved)))

    rescue.aws.looks.append(look)
    rescue.agree().restore()
    still = dict.fromkeys(set(FUNCTIONS) - {"APIHandler", "RecordFeedback"}, 0)
    assert stood == [({"DISABLED"}, {"Disabled"}, still)]
    assert rescue.aws.states == states
    assert rescue.aws.states[MAPPINGS["downstream"]] == "Disabled"
    assert rescue.aws.reserved == {"Desk": 5}
    rules = {each["Name"]: each["State"] for each in rescue.aws.client("events").list_rules()["Rules"]}
    assert rules == {"ForgetPeopleRule": "ENABLED", "SweepInboxRule": "ENABLED", "RelayEventsRule": "DISABLED"}


def test_a_function_is_held_back_only_when_no_mapping_hands_it_anything(rescue):
    rescue.aws.keep_past()
    rescue.agree().restore()
    order = [name for _, name, _ in rescue.aws.calls]
    first = order.index("PutFunctionConcurrency")
    assert "UpdateEventSourceMapping" in order[:first]
    assert order[:first].count("GetEventSourceMapping") >= len(MAPPINGS)
    assert order.index("DeleteFunctionConcurrency") < len(order) - order[::-1].index("EnableRule")


def test_it_waits_until_what_ran_at_the_pause_has_ended(rescue):
    rescue.aws.keep_past()
    rescue.agree().restore()
    assert 900 in rescue.pauses


def test_the_door_takes_submissions_meanwhile_and_they_are_settled_afterwards(rescue):
    shop = rescue.shop
    shop.take(a_submission(email=ASHA))
    rescue.aws.keep_past()
    keys = []

    def look(operation):
        if operation == "BatchGetItem" and not keys:
            keys.append(shop.accept(a_submission(email=BO, at=LATER)))

    rescue.aws.looks.append(look)
    rescue.agree().restore()
    assert shop.find_id(BO) is None
    assert settle_item(keys[0], shop.services(), LATER + timedelta(hours=1)) == "settled"
    assert shop.find_id(BO)


# ---- what comes back


def test_who_withdrew_a_consent_since_gets_no_mail_although_the_record_goes_back(rescue):
    shop = rescue.shop
    sign_up(shop, ASHA)
    sign_up(shop, BO)
    rescue.aws.keep_past()
    withdraw(shop, ASHA)
    rescue.agree().restore()
    assert shop.read_profile(ASHA).consents["marketing"].state == "given"
    assert list_reasons(shop, ASHA) == {"wish"}
    assert list_reasons(shop, BO) == set()
    assert "1 people said no to mails since" in rescue.text


def withdraw(shop, email):
    """Let somebody press the stop link of a mail."""
    customer = shop.find_id(email)
    handle_customer(customer, shop.services(Post("accepted")), DUE)
    [mail] = shop.services().mails.list_mails(customer)
    link = Link(kind=LinkKind.STOP, purpose="marketing", campaign="welcome", mail_id=mail.mail_id, language="en")
    name = next(each for each in mail.links if not each.startswith("mail:"))
    said = withdraw_consent(link, name, LATER, network="203.0.113.0/24", language="en")
    assert settle_item(shop.accept(said), shop.services(), LATER) == "settled"


def test_stops_against_mails_are_those_of_today(rescue):
    shop = rescue.shop
    sign_up(shop, ASHA)
    rescue.aws.keep_past()
    stop_address(shop, ASHA, "complained")
    rescue.agree().restore()
    assert list_reasons(shop, ASHA) == {"complained"}


def test_an_erasure_keeps_its_receipt(rescue, tmp_path):
    shop = rescue.shop
    shop.take(a_submission(email=ASHA))
    rescue.aws.keep_past()
    forget(shop, ASHA)
    finish(shop, tmp_path)
    receipt = shop.services().erasures.read_row("r1").receipt
    rescue.agree().restore()
    assert receipt
    assert shop.services().erasures.read_row("r1").receipt == receipt


def test_lost_keys_come_back_and_those_of_new_customers_stay(rescue, tmp_path):
    shop = rescue.shop
    for email in (ASHA, BO):
        shop.take(a_submission(email=email))
    rescue.aws.keep_past()
    forget(shop, ASHA)
    finish(shop, tmp_path)
    shop.take(a_submission(email="new@example.org", at=LATER))
    before = {row["pk"]["S"]: row for row in shop.read_all("keys")}
    spoilt = f"cust#{shop.find_id(BO)}"
    shop.dynamodb.put_item(TableName=shop.prefix + "keys", Item={"pk": {"S": spoilt}, "sealed": {"B": b"spoilt"}})
    shop.dynamodb.delete_item(TableName=shop.prefix + "keys", Key={"pk": {"S": "index"}})
    rescue.agree().restore("keys")
    after = {row["pk"]["S"]: row for row in shop.read_all("keys")}
    assert after.keys() == before.keys()
    assert after[spoilt] == before[spoilt]
    assert shop.read_profile(BO)
    assert shop.read_profile("new@example.org")


def test_an_index_that_was_made_anew_gets_its_older_secrets_back(rescue):
    shop = rescue.shop
    shop.take(a_submission(email=ASHA))
    rescue.aws.keep_past()
    shop.dynamodb.delete_item(TableName=shop.prefix + "keys", Key={"pk": {"S": "index"}})
    assert shop.find_id(ASHA) is None  # under a secret that was made just now
    rescue.agree().restore("keys")
    assert shop.find_id(ASHA)


def test_a_secret_that_was_added_to_the_index_since_stays(rescue):
    keys = rescue.shop.services().keys
    before = keys.read_index()
    rescue.aws.keep_past()
    keys.rotate_index()
    added = keys.read_index()
    rescue.agree().restore("keys")
    assert len(added) == len(before) + 1
    assert keys.read_index() == added


def test_a_ledger_is_filled_from_its_past_and_from_an_export(rescue, tmp_path):
    shop = rescue.shop
    for number in range(3):
        shop.take(a_submission(email=f"p{number}@example.org"))
    forget(shop, "p0@example.org", request="r0")
    rescue.aws.keep_past()
    for number in (1, 2):
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    finish(shop, tmp_path)
    ledger = shop.services().ledger
    head = ledger.read_head()
    export_ledger(ledger, tmp_path / "ledger.jsonl")
    delete_all(shop, "ledger")
    rescue.agree().restore("ledger", entries=tmp_path / "ledger.jsonl")
    assert ledger.read_head() == head
    assert "2 entries put back" in rescue.text


@pytest.mark.parametrize(
    ("table", "written", "told"),
    [
        ("customers", "", "belongs to TABLE=ledger"),
        ("ledger", None, "cannot be read"),
        ("ledger", "no entry", "is no export of a ledger"),
    ],
)
def test_a_file_of_no_use_stops_a_restore_before_anything_is_stopped(rescue, tmp_path, table, written, told):
    path = tmp_path / "entries.jsonl"
    if written is not None:
        path.write_text(written)
    with pytest.raises(SystemExit, match=told):
        rescue.agree().restore(table, entries=path)
    assert rescue.read_progress().at == ""
    assert set(rescue.aws.states.values()) == {"Enabled", "Disabled"}


def test_an_export_that_lacks_an_entry_stops_a_restore_before_anything_is_stopped(rescue, tmp_path):
    shop, path = rescue.shop, tmp_path / "entries.jsonl"
    for number in range(3):
        shop.take(a_submission(email=f"p{number}@example.org"))
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    export_ledger(shop.services().ledger, path)
    first, _, third = path.read_text().splitlines()
    path.write_text(f"{first}\n{third}\n")
    with pytest.raises(SystemExit, match="is not whole: entry 3 follows 1"):
        rescue.agree().restore("ledger", entries=path)
    assert rescue.read_progress().at == ""


def test_a_broken_ledger_stops_a_restore_before_anything_comes_back(rescue, tmp_path):
    shop = rescue.shop
    for number in range(3):
        shop.take(a_submission(email=f"p{number}@example.org"))
    rescue.aws.keep_past()
    for number in range(3):
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    key = {"pk": {"S": "entry"}, "number": {"N": "2"}}
    shop.dynamodb.delete_item(TableName=shop.prefix + "ledger", Key=key)
    rows = shop.read_all("customers")
    assert "entry 3 follows 1" in fail(rescue.agree())
    assert shop.read_all("customers") == rows


def test_a_ledger_without_its_last_entry_stops_a_restore_too(rescue, tmp_path):
    shop = rescue.shop
    for number in range(2):
        shop.take(a_submission(email=f"p{number}@example.org"))
    rescue.aws.keep_past()
    for number in range(2):
        forget(shop, f"p{number}@example.org", request=f"r{number}")
    finish(shop, tmp_path)
    key = {"pk": {"S": "entry"}, "number": {"N": "2"}}
    shop.dynamodb.delete_item(TableName=shop.prefix + "ledger", Key=key)
    assert "The ledger of erasures is not whole" in fail(rescue)
    assert "PutFunctionConcurrency" not in [name for _, name, _ in rescue.aws.calls]


@pytest.mark.parametrize("table", ["audit", "offers"])
def test_lost_rows_come_back_and_later_ones_stay(rescue, table):
    shop = rescue.shop

    def put(name, said):
        item = {"pk": {"S": name}, "sk": {"S": "line"}, "said": {"S": said}}
        shop.dynamodb.put_item(TableName=shop.prefix + table, Item=item)

    put("lost", "then")
    put("changed", "then")
    rescue.aws.keep_past()
    delete_all(shop, table)
    put("changed", "since")
    put("later", "since")
    rescue.agree().restore(table)
    now = {row["pk"]["S"]: row["said"]["S"] for row in shop.read_all(table)}
    overwritten = "then" if table == "audit" else "since"  # a line of the audit never changes, a code does
    assert now == {"lost": "then", "changed": overwritten, "later": "since"}


def test_a_table_with_a_policy_gets_it_again(rescue):
    shop = rescue.shop
    item = {"pk": {"S": "2026-11"}, "sk": {"S": "line"}, "said": {"S": "then"}}
    shop.dynamodb.put_item(TableName=shop.prefix + "audit", Item=item)
    rescue.aws.delete_by_mistake("audit")
    rescue.agree().restore("audit")
    assert shop.read_all("audit") == [item]
    policy = dict(rescue.aws.settings)["PutResourcePolicy"]
    assert policy["Statement"][0]["Sid"] == "TheAuditIsOnlyAddedTo"
    shop.dynamodb.update_table(TableName=shop.prefix + "audit", DeletionProtectionEnabled=False)


def test_a_table_that_is_there_keeps_its_settings(rescue):
    rescue.aws.keep_past()
    rescue.agree().restore("all")
    assert rescue.aws.settings == []
    assert {name for _, name, _ in rescue.aws.calls}.isdisjoint({"UpdateTable", "CreateTable"})


def test_a_stop_by_wish_survives_a_break_after_each_row_that_comes_back(rescue, monkeypatch):
    shop, name = rescue.shop, f"{rescue.shop.prefix}customers"
    sign_up(shop, ASHA)
    rescue.aws.keep_past()
    withdraw(shop, ASHA)
    stop_address(shop, ASHA, "complained")
    monkeypatch.setattr(bring_back, "READ_BATCH", 1)
    rescue.agree()
    for _broken in range(60):
        rescue.aws.breaks = lambda call: call[1] == "BatchWriteItem" and name in call[2]["RequestItems"]
        with contextlib.suppress(BrokenError):
            rescue.restore()
            break
    assert _broken > 3
    assert list_reasons(shop, ASHA) == {"complained", "wish"}
    assert shop.read_profile(ASHA).consents["marketing"].state == "given"


def test_a_table_that_was_deleted_is_made_anew_as_the_template_says(rescue, tmp_path):
    shop = rescue.shop
    for email in (ASHA, BO):
        shop.take(a_submission(email=email))
    forget(shop, ASHA)
    finish(shop, tmp_path)
    rescue.aws.delete_by_mistake("customers")
    rescue.agree().restore()
    about = shop.dynamodb.describe_table(TableName=shop.prefix + "customers")["Table"]
    assert about["DeletionProtectionEnabled"] is True
    assert about["GlobalSecondaryIndexes"][0]["IndexName"] == "due"
    told = shop.dynamodb.describe_time_to_live(TableName=shop.prefix + "customers")["TimeToLiveDescription"]
    assert (told["TimeToLiveStatus"], told["AttributeName"]) == ("ENABLED", "expires_at")
    assert [name for name, _ in rescue.aws.settings] == ["UpdateContinuousBackups"]
    [made] = [asked for _, name, asked in rescue.aws.calls if name == "CreateTable"]
    assert made["Tags"] == [{"Key": "regulars:version", "Value": "a1"}]
    assert shop.find_id(ASHA) is None
    assert shop.read_profile(BO)
    shop.dynamodb.update_table(TableName=shop.prefix + "customers", DeletionProtectionEnabled=False)


# ---- what it refuses


def test_another_name_changes_nothing(rescue):
    rescue.aws.keep_past()
    rescue.typed = ["prod"]
    assert fail(rescue) == "That is not its name. Nothing was changed."
    reads = ("Describe", "List", "Get", "Query", "Scan")
    assert [name for _, name, _ in rescue.aws.calls if not name.startswith(reads)] == []


@pytest.mark.parametrize("table", ["inbox", "links", "desk", ""])
def test_a_table_without_a_past_is_refused(rescue, table):
    assert "other tables have no backup" in fail(rescue, table)


def test_keys_go_back_seven_days_at_most(rescue):
    assert "AT must be between 2026-11-23T08:00:00Z" in fail(rescue.agree(), "keys", "2026-11-20T08:00:00Z")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-29T08:00:00", "2026-11-29"])
def test_a_moment_has_a_zone(text):
    with pytest.raises(SystemExit, match=r"AT=\.\.\. is a moment with its zone"):
        read_moment(text)


def test_a_moment_may_have_any_zone():
    assert read_moment("2026-11-29T09:00:00+01:00") == "2026-11-29T08:00:00Z"


def test_another_restore_waits_for_the_first(rescue):
    rescue.aws.keep_past()
    rescue.aws.refuses["RestoreTableToPointInTime"] = "LimitExceededException"
    with pytest.raises(rescue.shop.dynamodb.exceptions.ClientError):
        rescue.agree().restore()
    assert "finish it with TABLE=customers AT=2026-11-29T08:00:00Z" in fail(rescue, "keys")


def test_a_restore_may_be_given_up_before_rows_come_back(rescue):
    rescue.aws.keep_past()
    rescue.aws.refuses["RestoreTableToPointInTime"] = "LimitExceededException"
    with pytest.raises(rescue.shop.dynamodb.exceptions.ClientError):
        rescue.agree().restore()
    rescue.restore(cancel=True)
    assert rescue.aws.reserved == {}
    assert rescue.aws.states[MAPPINGS["stream"]] == "Enabled"
    assert fail(rescue, cancel=True) == "No restore is under way."


def test_the_table_of_another_moment_is_not_taken(rescue):
    rescue.aws.keep_past(THEN - timedelta(days=2))
    name = f"{rescue.shop.prefix}customers"
    asked = {"SourceTableName": name, "TargetTableName": f"{name}-restored", "RestoreDateTime": NOW - timedelta(days=2)}
    rescue.operator().client("dynamodb").restore_table_to_point_in_time(**asked)
    assert "from a restore to another moment" in fail(rescue.agree())
    rescue.restore(cancel=True)
