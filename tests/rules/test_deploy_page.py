"""docs/deploy.md says what the packaged template, app.py and the policies say."""

import re

import pytest

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


def test_the_first_deployment_sets_what_has_no_usable_default():
    command = PAGE.split("--parameter-overrides", 1)[1].split("\n\n")[0]
    named = set(re.findall(r"(\w+)=", command))
    assert named <= set(list_parameters())
    assert {"MailFrom", "ShopUrl", "ShopAddress", "ShopName", "AlarmEmail"} <= named
    assert PAGE.index("create-email-identity") < PAGE.index("aws cloudformation deploy")  # SES knows the domain before


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
    kept = {name for name, key in list_resources("AWS::KMS::Key").items() if key["DeletionPolicy"] == "Retain"}
    assert kept == set(list_resources("AWS::KMS::Key"))


def test_each_table_stands_on_the_page_with_what_becomes_of_it():
    tables = {}
    for name, table in list_tables(read_packaged()).items():
        backup = table["Properties"].get("PointInTimeRecoverySpecification", {}).get("RecoveryPeriodInDays")
        kept = table["DeletionPolicy"] == "Retain" and table["Properties"]["DeletionProtectionEnabled"]
        tables[name] = ("kept" if kept else "deleted", f"{backup} days" if backup else "none")
    assert {unquote(name): (end, backup) for name, end, backup in read_table("## Tables")} == tables


def test_each_alarm_stands_on_the_page_once():
    cells = [row[0] for row in read_table("## When an alarm rings")]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(list_resources("AWS::CloudWatch::Alarm"))


def test_the_limits_on_the_page_are_the_templates():
    template = read_packaged()
    (settings,) = template["Resources"]["RestAPI"]["Properties"]["MethodSettings"]
    rate, burst = settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]
    functions = list_resources("AWS::Serverless::Function").values()
    groups = list_resources("AWS::Logs::LogGroup").values()
    assert f"{rate} requests a second, in bursts of {burst}" in PAGE
    assert {f"{function['Properties']['MemorySize']} MB" in PAGE for function in functions} == {True}
    assert {f"kept {group['Properties']['RetentionInDays']} days" in PAGE for group in groups} == {True}


def test_log_groups_on_the_page_exist():
    groups = {
        group["Properties"]["LogGroupName"]["Fn::Sub"] for group in list_resources("AWS::Logs::LogGroup").values()
    }
    named = set(re.findall(r"`/regulars/(?:<stage>|prod)/(\w+)`", PAGE))
    assert [name for name in named if f"/regulars/${{Stage}}/{name}'" not in str(groups)] == []
