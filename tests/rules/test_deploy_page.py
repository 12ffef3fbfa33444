"""docs/deploy.md says what the packaged template, app.py and the policies say."""

import re

import pytest

from infra.account.questions import QUESTIONS
from infra.places import ROOT
from tests.rules.deploy_facts import (
    PAGE,
    list_functions,
    list_parameters,
    list_resources,
    read_table,
)
from tests.rules.packaged import list_tables, read_packaged


def unquote(cell):
    """Return a cell's text without its code marks."""
    return cell.strip("`")


@pytest.mark.parametrize("row", list_functions(), ids=lambda row: row[0])
def test_each_function_stands_on_the_page_with_its_start_limit_and_rights(row):
    assert row in read_table("## Functions and their rights")


def test_no_function_stands_on_the_page_that_is_not_deployed():
    rows = read_table("## Functions and their rights")
    assert [row[0] for row in rows] == [row[0] for row in list_functions()]


def test_each_parameter_stands_on_the_page_with_its_default():
    rows = read_table("## Parameters")
    assert {unquote(name): unquote(default) for name, default, _ in rows} == list_parameters()


def test_each_answer_stands_on_the_page_with_its_parameter():
    rows = [(unquote(key), unquote(parameter)) for key, parameter, _ in read_table("### The answers")]
    assert rows == [(question.key, question.parameter) for question in QUESTIONS]


def test_each_policy_of_who_deploys_stands_on_the_page():
    named = [unquote(file) for file, _, _ in read_table("## Rights of who deploys")]
    assert sorted(named) == sorted(str(path.relative_to(ROOT)) for path in (ROOT / "infra/account").glob("*.json"))


def test_each_key_stands_on_the_page_with_its_alias_and_kind():
    aliases = {
        alias["Properties"]["TargetKeyId"]["Ref"]: alias["Properties"]["AliasName"]["Fn::Sub"]
        for alias in list_resources("AWS::KMS::Alias").values()
    }
    keys = {
        name: (aliases[name].removeprefix("alias/").replace("${Stage}", "<stage>"), key["Properties"]["KeySpec"])
        for name, key in list_resources("AWS::KMS::Key").items()
    }
    rows = read_table("## Keys")
    assert {unquote(name): (unquote(alias), kind) for name, alias, kind, _ in rows} == keys
    assert f"{['no', 'one', 'two', 'three', 'four'][len(keys)]} keys" in PAGE
    assert f"{['No', 'One', 'Two', 'Three', 'Four'][len(keys)]} KMS keys at $1" in PAGE


def test_every_key_is_kept_when_the_stack_is_deleted():
    keys = list_resources("AWS::KMS::Key")
    # Kept when the stack is deleted, and not when its creation is rolled back: it could not be repeated.
    assert {(key["DeletionPolicy"], key["UpdateReplacePolicy"]) for key in keys.values()} == {
        ("RetainExceptOnCreate", "Retain")
    }


def test_each_table_stands_on_the_page_with_what_becomes_of_it():
    tables = {}
    for name, table in list_tables(read_packaged()).items():
        backup = table["Properties"].get("PointInTimeRecoverySpecification", {}).get("RecoveryPeriodInDays")
        kept = table["DeletionPolicy"] == "RetainExceptOnCreate" and table["Properties"]["DeletionProtectionEnabled"]
        tables[name] = ("kept" if kept else "deleted", f"{backup} days" if backup else "none")
    assert {unquote(name): (end, backup) for name, end, backup in read_table("## Tables")} == tables


def test_each_alarm_names_its_section_of_the_runbook_and_each_section_its_alarm():
    page = (ROOT / "docs" / "runbook.md").read_text()
    sections = dict(re.findall(r"^## (.+)\n\n`(\w+)`: ", page, re.MULTILINE))
    assert len(sections) == page.count("\n## ")
    named = {
        name: alarm["Properties"]["AlarmDescription"].rpartition("docs/runbook.md#")[2]
        for name, alarm in list_resources("AWS::CloudWatch::Alarm").items()
    }
    assert named == {name: heading.lower().replace(" ", "-") for heading, name in sections.items()}


def test_each_event_that_an_alarm_waits_for_is_logged_by_the_code():
    code = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    filters = list_resources("AWS::Logs::MetricFilter").values()
    events = {
        event for each in filters for event in re.findall(r'event = "([\w*]+)"', each["Properties"]["FilterPattern"])
    }
    said = {event for event in events if "*" not in event and f'"{event}"' in code}
    said |= {f"{name}_postponed" for name in re.findall(r'name="(\w+)"', code)}  # as run_each names what it steps over
    assert {event for event in events if "*" not in event} - said == set()
    assert {event for event in events if "*" in event} == {"*_postponed", "*_attempted"}
    metrics = {each["Properties"]["MetricTransformations"][0]["MetricName"] for each in filters}
    own = [each["Properties"] for each in list_resources("AWS::CloudWatch::Alarm").values()]
    assert metrics == {each["MetricName"] for each in own if "Sub" in str(each["Namespace"])}


def test_every_log_group_of_functions_tells_of_crashes():
    crashing = {
        each["Properties"]["LogGroupName"]["Ref"]
        for each in list_resources("AWS::Logs::MetricFilter").values()
        if "handler_failed" in each["Properties"]["FilterPattern"]
    }
    groups = {
        function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        for function in list_resources("AWS::Serverless::Function").values()
    }
    assert groups - crashing == {"DoorLogs"}  # a crash of the door is a 5xx, which an alarm counts


def test_what_only_the_shop_knows_has_no_default():
    parameters = read_packaged()["Parameters"]
    for name in ("MailFrom", "ShopUrl", "ShopAddress"):
        assert "Default" not in parameters[name]
        assert not re.fullmatch(parameters[name]["AllowedPattern"], "")
    for name in ("PublicUrl", "DeskUrl"):
        assert re.fullmatch(parameters[name]["AllowedPattern"], "https://shop.example")
        assert not re.fullmatch(parameters[name]["AllowedPattern"], "http://127.0.0.1:8000")


def test_the_limits_on_the_page_are_the_templates():
    template = read_packaged()
    (settings,) = template["Resources"]["RestAPI"]["Properties"]["MethodSettings"]
    burst = settings["ThrottlingBurstLimit"]
    functions = list_resources("AWS::Serverless::Function").values()
    groups = list_resources("AWS::Logs::LogGroup").values()
    assert settings["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert f"takes `RequestsPerSecond`, in bursts of {burst}" in PAGE
    assert {f"{function['Properties']['MemorySize']} MB" in PAGE for function in functions} == {True}
    assert {f"kept {group['Properties']['RetentionInDays']} days" in PAGE for group in groups} == {True}


def test_log_groups_on_the_page_exist():
    groups = {
        group["Properties"]["LogGroupName"]["Fn::Sub"] for group in list_resources("AWS::Logs::LogGroup").values()
    }
    named = set(re.findall(r"`/regulars/(?:<stage>|prod)/(\w+)`", PAGE))
    assert [name for name in named if f"/regulars/${{Stage}}/{name}'" not in str(groups)] == []
