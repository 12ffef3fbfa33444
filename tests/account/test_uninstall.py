"""`make uninstall`: the stack goes; what is stored goes only where the operator says so."""

import pytest

from infra.account.answers import Answers
from infra.account.uninstall import uninstall_stage
from tests.builders.account import GIVEN, STAGE, BrokenError, is_reading


def uninstall(site, data="keep", typed=STAGE):
    site.said.clear()
    site.typed = [typed] if typed else []
    uninstall_stage(site.operator(), site.answers, data, site.folder / "out")


def list_tables(site):
    return site.aws.client("dynamodb").list_tables()["TableNames"]


def list_key_states(site):
    kms = site.aws.client("kms")
    return [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]["KeyState"] for each in kms.list_keys()["Keys"]]


@pytest.fixture
def installed(site):
    site.deploy()
    site.aws.client("dynamodb").put_item(
        TableName=f"regulars-{STAGE}-ledger", Item={"pk": {"S": "entry"}, "number": {"N": "1"}, "entry": {"S": "{}"}}
    )
    return site


def test_the_stack_goes_and_what_is_stored_stays(installed):
    rules = [each["Name"] for each in installed.aws.client("events").list_rules()["Rules"]]
    uninstall(installed)
    assert installed.stack is None
    assert {name.removeprefix("regulars-shop-") for name in list_tables(installed)} == {
        "audit",
        "customers",
        "desk",
        "keys",
        "ledger",
        "links",
        "offers",
    }
    assert list_key_states(installed) == ["Enabled"] * 3
    assert (installed.folder / "out" / "shop-ledger.jsonl").read_text() == "{}\n"
    order = [name for _, name, _ in installed.aws.calls]
    assert order.index("DisableRule") < order.index("DeleteStack")
    assert rules
    assert list(installed.aws.mappings.values()) == [False]
    assert "3 keys, and tables:" in installed.text
    assert "links to stop them as well" in installed.text
    assert "can adopt them" in installed.text


@pytest.mark.parametrize("typed", ["prod", "", " "])
def test_another_name_changes_nothing(installed, typed):
    assert (
        installed.fail(lambda: uninstall(installed, "destroy", typed)) == "That is not its name. Nothing was changed."
    )
    assert installed.stack["status"] == "UPDATE_COMPLETE"
    assert installed.stack["protected"] is True


def test_destroy_deletes_what_is_stored_and_has_the_keys_ended_in_thirty_days(installed):
    other = installed.aws.client("ssm")
    other.put_parameter(Name="/regulars/shop-two/door/door-key", Value="x", Type="String")
    other.put_parameter(Name="/regulars/shop/offers/shopify", Value="x", Type="String")
    installed.aws.client("logs").create_log_group(logGroupName="/regulars/shop/settle")
    installed.aws.client("dynamodb").create_table(
        TableName="regulars-shop-two-customers",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    uninstall(installed, "destroy")
    assert list_tables(installed) == ["regulars-shop-two-customers"]
    assert list_key_states(installed) == ["PendingDeletion"] * 3
    left = other.get_parameters_by_path(Path="/regulars/", Recursive=True)["Parameters"]
    assert [each["Name"] for each in left] == ["/regulars/shop-two/door/door-key"]
    assert installed.aws.client("logs").describe_log_groups()["logGroups"] == []
    versions = installed.aws.client("s3").list_object_versions(Bucket="regulars-123456789012-eu-central-1")
    assert "Versions" not in versions
    assert "DeleteMarkers" not in versions
    installed.deploy()  # nothing is in the way of a new beginning
    assert installed.stack["status"] == "UPDATE_COMPLETE"


def test_data_may_be_destroyed_after_the_stack_is_gone(installed):
    uninstall(installed)
    uninstall(installed, "destroy")
    assert "no stack" in installed.text
    assert list_tables(installed) == []


def test_each_step_may_be_broken_off_and_the_command_repeated(installed):
    broken = set()

    def break_once(call):
        step = call[1]
        if is_reading(step) or step in broken:
            return False
        broken.add(step)
        return True

    for _ in range(20):
        installed.aws.breaks = break_once
        try:
            uninstall(installed, "destroy")
            break
        except BrokenError:
            continue
    assert broken >= {"DisableRule", "DeleteStack", "DeleteTable", "ScheduleKeyDeletion", "DeleteObjects"}
    assert (installed.stack, list_tables(installed)) == (None, [])
    assert list_key_states(installed) == ["PendingDeletion"] * 3


def test_domains_lead_nowhere_and_stay(site):
    site.answers = Answers(GIVEN | {"public_url": "https://forms.corner.example.org"})
    site.aws.issued = True
    site.deploy()
    uninstall(site)
    gateway = site.aws.client("apigatewayv2")
    assert gateway.get_api_mappings(DomainName="forms.corner.example.org")["Items"] == []
    assert gateway.get_domain_name(DomainName="forms.corner.example.org")["DomainName"]
    assert "the domains https://forms.corner.example.org" in site.text


def test_another_word_for_data_is_refused(installed):
    assert installed.fail(lambda: uninstall(installed, "all")) == "DATA=all: keep or destroy."
