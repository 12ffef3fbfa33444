"""`make deploy` from an empty account to a stage that works, and again."""

import json

import pytest

from infra.account.answers import Answers
from infra.account.bucket import OLD, Bucket
from infra.account.history import note_version, read_history
from infra.account.version import Version
from tests.builders.account import GIVEN, STAGE, BrokenError, thin_template, whole_template
from tests.builders.formation import ACCOUNT

TABLES = {"audit", "customers", "desk", "inbox", "keys", "ledger", "links", "offers"}


def read_parameters(site):
    """Return the stage's parameters in SSM, by their names below it."""
    found = site.aws.client("ssm").get_parameters_by_path(Path=f"/regulars/{STAGE}/", Recursive=True)["Parameters"]
    return {each["Name"].removeprefix(f"/regulars/{STAGE}/"): each["Value"] for each in found}


def list_states(site):
    """Return the states of the schedules."""
    return {each["State"] for each in site.aws.client("events").list_rules()["Rules"]}


def list_protected(site):
    """Return the tables that are there, and whether each is protected."""
    dynamodb = site.aws.client("dynamodb")
    names = dynamodb.list_tables()["TableNames"]
    described = {name: dynamodb.describe_table(TableName=name)["Table"] for name in names}
    return {
        name.removeprefix(f"regulars-{STAGE}-"): bool(each.get("DeletionProtectionEnabled"))
        for name, each in described.items()
    }


def assert_whole(site):
    """Look at everything that a deployment makes."""
    stack = site.stack
    outputs = {each["OutputKey"]: each["OutputValue"] for each in site.aws.formation.list_outputs(stack)}
    assert stack["status"] == "UPDATE_COMPLETE"
    assert stack["protected"] is True
    assert stack["tags"] == {"regulars:version": site.version.commit}
    assert outputs["Version"] == site.version.commit
    assert stack["parameters"]["PublicUrl"] == outputs["EndpointURL"].rstrip("/")
    assert stack["parameters"]["DeskUrl"] == outputs["DeskAddress"]
    assert stack["parameters"]["ShopAddress"] == GIVEN["shop_address"]
    assert list_protected(site) == {name: name != "inbox" for name in TABLES}
    assert list_states(site) == {"ENABLED"}
    assert read_parameters(site).keys() == {"door/door-key", "door/inbox-public-key", "door/receipt-key"}
    rows = site.aws.client("dynamodb").scan(TableName=f"regulars-{STAGE}-keys")["Items"]
    assert {row["pk"]["S"] for row in rows} == {"index", "codes", "walk"}
    assert site.aws.mail_from == {"corner.example.org": "bounces.corner.example.org"}
    budget = site.aws.client("budgets").describe_budget(AccountId=ACCOUNT, BudgetName=f"regulars-{STAGE}-month")
    assert float(budget["Budget"]["BudgetLimit"]["Amount"]) == 20
    assert read_history(Bucket(site.operator())) == [site.version.commit]


def test_an_empty_account_becomes_a_stage_and_the_same_command_changes_nothing_more(site):
    site.template = whole_template()
    assert site.deploy() is True
    assert_whole(site)
    assert "added: " in site.text
    assert "CustomersTable (AWS::DynamoDB::Table)" in site.text
    assert "_dmarc.corner.example.org" in site.text
    assert f"make invite STAGE={STAGE}" in site.text

    before = len(site.aws.calls)
    assert site.deploy() is False
    assert "no change" in site.text
    changed = {
        name for _, name, _ in site.aws.calls[before:] if not name.startswith(("Get", "List", "Describe", "Head"))
    }
    settings = {"PutBucketPolicy", "PutBucketVersioning", "PutBucketLifecycleConfiguration", "PutPublicAccessBlock"}
    assert changed == settings | {"CreateChangeSet", "DeleteChangeSet"}
    assert_whole(site)


def test_the_bucket_is_private_versioned_and_takes_tls_alone(site):
    site.deploy()
    s3, name = site.aws.client("s3"), f"regulars-{ACCOUNT}-eu-central-1"
    shut = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert list(shut.values()) == [True] * 4
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (statement,) = site.aws.policies[name]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert [rule["Expiration"]["Days"] for rule in rules if "Expiration" in rule] == [90]


def test_no_schedule_runs_and_no_table_is_protected_before_the_door_can_answer(site):
    plans = []
    site.aws.breaks = lambda call: call[1] == "CreateChangeSet" and plans.append(1) is None and len(plans) == 2
    with pytest.raises(BrokenError):
        site.deploy()
    assert list_states(site) == {"DISABLED"}
    assert set(list_protected(site).values()) == {False}
    assert "door/door-key" in read_parameters(site)
    site.deploy()
    assert_whole(site)


def test_each_step_may_be_broken_off_and_the_command_repeated(site):
    """Every call that changes something is made once, its answer lost, and the command begun anew."""
    broken = set()

    def break_once(call):
        service, name, params = call
        if name.startswith(("Get", "List", "Describe", "Head")):
            return False
        named = {key: str(value) for key, value in params.items() if key in ("Key", "Name", "TemplateURL", "Item")}
        step = (service, name, json.dumps(named).replace("\\", "")[:90])
        if step in broken:
            return False
        broken.add(step)
        return True

    for _ in range(60):
        site.aws.breaks = break_once
        try:
            site.deploy()
            break
        except BrokenError:
            continue
    assert_whole(site)
    assert {name for _, name, _ in broken} >= {"CreateBucket", "ExecuteChangeSet", "PutParameter", "CreateBudget"}
    assert len(broken) > 20
    site.aws.breaks = None
    assert site.deploy() is False


def test_a_first_try_that_fails_says_why_leaves_nothing_and_can_be_repeated(site):
    site.aws.formation.fault = "LedgerTable"
    assert "ROLLBACK_COMPLETE" in site.fail(site.deploy)
    assert "LedgerTable (AWS::DynamoDB::Table): The limit was reached." in site.text
    assert "cancelled" not in site.text
    assert list_protected(site) == {}
    site.deploy()
    assert "an earlier try failed" in site.text
    assert_whole(site)


def test_an_update_that_fails_leaves_the_version_before(site):
    site.deploy()
    site.version = Version("bbbbbbbbbbbb")
    site.aws.formation.fault = "SettleStream"
    assert "UPDATE_ROLLBACK_COMPLETE" in site.fail(site.deploy)
    assert site.stack["tags"] == {"regulars:version": "aaaaaaaaaaaa"}
    assert read_history(Bucket(site.operator())) == ["aaaaaaaaaaaa"]
    site.deploy()
    assert site.stack["tags"] == {"regulars:version": "bbbbbbbbbbbb"}


def rename_table(resources):
    resources["CustomersTable"]["Properties"]["TableName"] = {"Fn::Sub": "regulars-${Stage}-people"}


def widen_key(resources):
    resources["InboxKey"]["Properties"]["KeySpec"] = "RSA_4096"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (rename_table, "CustomersTable replaced"),
        (widen_key, "InboxKey replaced"),
        (lambda resources: resources.pop("LedgerTable"), "LedgerTable removed"),
    ],
)
def test_the_end_of_a_table_or_key_stops_the_deployment(site, change, told):
    site.deploy()
    before = (dict(site.stack["made"]), site.stack["template"])
    site.version, site.template = Version("bbbbbbbbbbbb"), thin_template(change)
    said = site.fail(site.deploy)
    assert said.startswith("Stopped.")
    assert told in said
    assert (site.stack["made"], site.stack["template"]) == before


def test_only_the_new_version_is_told_in_one_line(site):
    site.deploy()
    site.version = Version("bbbbbbbbbbbb")
    assert site.deploy() is True
    assert "changed: 2" in site.text  # the two functions, whose package is another
    assert f"{len(json.loads(site.template)['Resources']) - 2} more get the tag of the new version." in site.text


@pytest.mark.parametrize("typed", [["no"], []])
def test_without_a_yes_nothing_is_changed(site, typed):
    site.typed = typed
    assert site.fail(site.deploy, agreed=False) == "Nothing was changed."
    assert site.aws.client("dynamodb").list_tables()["TableNames"] == []
    site.typed = ["yes"]
    site.deploy(agreed=False)  # asked once, though the first deployment changes the stack twice
    assert_whole(site)


def test_packages_of_the_last_versions_stay_and_older_ones_are_marked(site):
    bucket = Bucket(site.operator())
    bucket.make()
    versions = [letter * 12 for letter in "abcdefg"]
    for version in versions:
        bucket.write("PK", version, "deployment.zip")
        note_version(bucket, version)
    tags = [bucket.s3.get_object_tagging(Bucket=bucket.name, Key=f"{STAGE}/{each}/deployment.zip") for each in versions]
    assert [each["TagSet"] for each in tags] == [[OLD], [OLD], [], [], [], [], []]
    assert read_history(bucket) == versions
    note_version(bucket, "d" * 12)  # back to an earlier one: what came after it is out of use
    tags = [bucket.s3.get_object_tagging(Bucket=bucket.name, Key=f"{STAGE}/{each}/deployment.zip") for each in versions]
    assert [each["TagSet"] for each in tags] == [[], [], [], [], [OLD], [OLD], [OLD]]
    assert read_history(bucket) == versions[:4]
    note_version(bucket, "g" * 12)
    assert bucket.s3.get_object_tagging(Bucket=bucket.name, Key=f"{STAGE}/gggggggggggg/deployment.zip")["TagSet"] == []


def test_a_package_of_changed_files_is_named_after_its_content(site):
    site.version = Version("aaaaaaaaaaaa", ("app.py",))
    assert site.fail(site.deploy) == "Stopped. Nothing was changed."
    assert "red: Files differ from the commit: app.py; commit them, or say DIRTY=yes." in site.said
    site.deploy(dirty=True)
    assert "amber: Files differ from the commit: app.py." in site.said
    assert site.stack["tags"]["regulars:version"].startswith("aaaaaaaaaaaa-")


def test_parameters_of_the_file_are_set_and_others_keep_their_values(site):
    site.answers = Answers(dict(GIVEN), {"DataSoldTo": "nobody at all"})
    site.deploy()
    assert site.stack["parameters"]["DataSoldTo"] == "nobody at all"
    site.answers = Answers(GIVEN | {"shop_name": "Corner Books & Tea"})
    site.deploy()
    assert site.stack["parameters"]["DataSoldTo"] == "nobody at all"
    assert site.stack["parameters"]["ShopName"] == "Corner Books & Tea"
