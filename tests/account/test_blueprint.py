"""The template as it is deployed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.account.blueprint import list_kept, list_schedules, read_package, write_blueprint, write_first
from infra.account.changes import Change, read_change, tell_changes
from tests.rules.packaged import read_packaged, write_packaged

VERSION = "abcdef012345"


@pytest.fixture(scope="module")
def whole():
    packaged = read_package(write_packaged().parent)
    assert packaged == read_packaged()
    return write_blueprint(packaged, VERSION, "regulars-123456789012-eu-central-1", "prod/abcdef012345/deployment.zip")


def test_it_says_its_version_and_where_the_functions_lie(whole):
    template = json.loads(whole)
    assert template["Description"] == f"Regulars {VERSION}"
    assert template["Outputs"]["Version"]["Value"] == VERSION
    functions = [each for each in template["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    places = {json.dumps(each["Properties"]["CodeUri"], sort_keys=True) for each in functions}
    (place,) = places
    assert json.loads(place) == {
        "Bucket": "regulars-123456789012-eu-central-1",
        "Key": "prod/abcdef012345/deployment.zip",
    }


def test_what_is_kept_is_not_kept_when_the_first_deployment_fails(whole):
    before, after = read_packaged()["Resources"], json.loads(whole)["Resources"]
    kept = {name for name, each in before.items() if each.get("DeletionPolicy", "").startswith("Retain")}
    assert kept == {name for name, each in after.items() if each.get("DeletionPolicy") == "RetainExceptOnCreate"}
    assert len(list_kept(json.loads(whole))) == 10  # seven tables and three keys
    assert {after[name]["UpdateReplacePolicy"] for name in kept} == {"Retain"}


def test_the_first_deployment_differs_in_schedules_and_protection_alone(whole):
    template, first = json.loads(whole), json.loads(write_first(whole))
    states = [each["State"] for each in list_schedules(template)]
    # One schedule is on only where systems of the shop's own are to hear of something.
    assert [state for state in states if state != "ENABLED"] == [{"Fn::If": ["TellsSystems", "ENABLED", "DISABLED"]}]
    assert {each["State"] for each in list_schedules(first)} == {"DISABLED"}
    adopted = json.loads(write_first(whole, adopted=True))
    for each, state in zip(list_schedules(adopted), states, strict=True):
        each["State"] = state
    assert adopted == template
    for each, state in zip(list_schedules(first), states, strict=True):
        each["State"] = state
    protected = [each for each in template["Resources"].values() if "DeletionProtectionEnabled" in str(each)]
    assert len(protected) == 7
    for each in protected:
        del each["Properties"]["DeletionProtectionEnabled"]
    assert first == template


def test_tables_and_keys_keep_names_and_shapes_by_which_they_would_be_replaced(whole):
    before, after = read_packaged()["Resources"], json.loads(whole)["Resources"]
    for name in list_kept(read_packaged()):
        assert before[name]["Properties"] == after[name]["Properties"]


def test_cfn_lint_takes_the_tables_and_keys_as_they_are_first_made(whole, tmp_path):
    first = json.loads(write_first(whole))
    stage = {"Stage": {"Type": "String", "Default": "prod"}}
    file = tmp_path / "first.json"
    file.write_text(json.dumps({"Parameters": stage, "Resources": list_kept(first)}))
    ran = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), file], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "")


def describe(action, kind, replacement="False", scope=()):
    told = {"Action": action, "LogicalResourceId": "Thing", "ResourceType": kind, "Scope": list(scope)}
    return read_change({"Type": "Resource", "ResourceChange": told | {"Replacement": replacement}})


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        (describe("Modify", "AWS::DynamoDB::Table", "True"), True),
        (describe("Modify", "AWS::DynamoDB::Table", "Conditional"), True),
        (describe("Modify", "AWS::DynamoDB::Table", "False"), False),
        (describe("Remove", "AWS::DynamoDB::Table"), True),
        (describe("Modify", "AWS::KMS::Key", "True"), True),
        (describe("Remove", "AWS::KMS::Key"), True),
        (describe("Add", "AWS::KMS::Key"), False),
        (describe("Remove", "AWS::Lambda::Function"), False),
        (describe("Modify", "AWS::Lambda::Function", "True"), False),
    ],
)
def test_the_end_of_a_table_or_a_key_is_recognised(change, ends):
    assert change.ends_data is ends


def test_changes_are_told_by_their_sort():
    many = [Change("Add", f"Alarm{number}", "AWS::CloudWatch::Alarm") for number in range(20)]
    few = [
        Change("Modify", "Door", "AWS::Lambda::Function", "False", ("Properties", "Tags")),
        Change("Modify", "Api", "AWS::ApiGateway::Deployment", "True"),
        Change("Remove", "Old", "AWS::SQS::Queue"),
        Change("Add", "KeysTable", "AWS::DynamoDB::Table"),
        Change("Modify", "Topic", "AWS::SNS::Topic", "False", ("Tags",)),
    ]
    assert list(tell_changes([*many, *few])) == [
        "  replaced: 1",
        "    Api (AWS::ApiGateway::Deployment)",
        "  removed: 1",
        "    Old (AWS::SQS::Queue)",
        "  changed: 1",
        "    Door (AWS::Lambda::Function)",
        "  added: 21",
        "    KeysTable (AWS::DynamoDB::Table)",
        "    20 x AWS::CloudWatch::Alarm",
        "  1 more get the tag of the new version.",
    ]
