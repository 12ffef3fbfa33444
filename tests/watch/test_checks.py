"""What is wrong with a stage is found by one check, which says how bad it is and what to do."""

import re
from datetime import timedelta

import pytest

from infra.account import place
from infra.watch.checks import run_checks
from infra.watch.finding import Level
from tests.builders.deployed import STAGE
from tests.builders.plays import refusal
from tests.builders.wards import PLAYED

ACCOUNT, IDENTITY = PLAYED["GetAccount"], PLAYED["GetEmailIdentity"]
POLICY = '{"Statement": [{"Sid": "NoRoleOfThisStackEndsAKey", "Effect": "Deny", "Condition": %s}]}'
OTHER = '{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/other-*"}}'
QUEUE = {"QueueUrl": "https://sqs/queue"}


def find_wrong(stage):
    """Return level and sentences of each check that is not green."""
    found = {name: each for name, each in run_checks(stage) if each.level is not Level.GREEN}
    assert all(each.do for each in found.values())
    return {name: (each.level.value, each.found, each.do) for name, each in found.items()}


@pytest.mark.parametrize(
    ("operation", "answer", "wrong"),
    [
        (
            "GetAccountSettings",
            {"AccountLimit": {"ConcurrentExecutions": 10}},
            {"concurrency": ("amber", "10 functions")},
        ),
        ("GetAccount", ACCOUNT | {"ProductionAccessEnabled": False}, {"mail-access": ("red", "sandbox")}),
        ("GetAccount", ACCOUNT | {"SendingEnabled": False}, {"mail-access": ("red", "stopped sending")}),
        ("GetAccount", ACCOUNT | {"EnforcementStatus": "PROBATION"}, {"mail-standing": ("red", "PROBATION")}),
        (
            "GetAccount",
            ACCOUNT | {"SendQuota": {"Max24HourSend": 200.0, "SentLast24Hours": 190.0}},
            {"mail-standing": ("amber", "190 of 200")},
        ),
        (
            "GetAccount",
            ACCOUNT | {"SuppressionAttributes": {"SuppressedReasons": ["BOUNCE"]}},
            {"suppression": ("amber", "complaint")},
        ),
        ("GetEmailIdentity", IDENTITY | {"VerifiedForSendingStatus": False}, {"mail-domain": ("red", "not verified")}),
        ("GetEmailIdentity", IDENTITY | {"DkimAttributes": {"Status": "PENDING"}}, {"dkim": ("amber", "PENDING")}),
        ("GetEmailIdentity", IDENTITY | {"MailFromAttributes": {}}, {"mail-from": ("amber", "not set")}),
        (
            "GetEmailIdentity",
            refusal("GetEmailIdentity", "NotFoundException"),
            {"mail-domain": ("red", "does not know"), "dkim": ("amber", "off"), "mail-from": ("amber", "not set")},
        ),
        (
            "GetConfigurationSetEventDestinations",
            refusal("GetConfigurationSetEventDestinations", "NotFoundException"),
            {"mail-events": ("red", "is not there")},
        ),
        ("GetConfigurationSetEventDestinations", {"EventDestinations": []}, {"mail-events": ("red", "bounce")}),
        ("GetStages", {"item": [{"stageName": "api"}, {"stageName": "Stage"}]}, {"stages": ("red", ": Stage.")}),
        (
            "DescribeAlarms",
            {"MetricAlarms": [{"AlarmName": "regulars-shop-FloodAlarm-1A2B3C"}]},
            {"alarms": ("red", "Ringing: FloodAlarm.")},
        ),
        (
            "ListSubscriptionsByTopic",
            {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]},
            {"alarm-mail": ("red", "did not confirm")},
        ),
        ("ListSubscriptionsByTopic", {"Subscriptions": []}, {"alarm-mail": ("red", "Nobody is told")}),
        (
            "ListSubscriptionsByTopic",
            {"Subscriptions": [{"SubscriptionArn": "arn:1"}, {"SubscriptionArn": "PendingConfirmation"}]},
            {"alarm-mail": ("amber", "1 of 2")},
        ),
        ("GetParameters", {"InvalidParameters": ["door-key"]}, {"parameters": ("red", "door-key")}),
        ("GetParameter", {"Parameter": {"Value": "arn:another\nPEM"}}, {"inbox-key": ("red", "another key")}),
        ("DescribeKey", {"KeyMetadata": {"KeyState": "Disabled"}}, {"keys": ("red", "root is Disabled")}),
        ("DescribeKey", {"KeyMetadata": {"KeyState": "PendingDeletion"}}, {"keys": ("red", "Keys end soon: root")}),
        ("GetKeyRotationStatus", {"KeyRotationEnabled": False}, {"key-rotation": ("amber", "not renewed")}),
        ("GetKeyPolicy", {"Policy": POLICY % OTHER}, {"key-policies": ("red", "denies nobody")}),
        (
            "DescribeContinuousBackups",
            {
                "ContinuousBackupsDescription": {
                    "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}
                }
            },
            {"backups": ("red", "customers, audit, keys, ledger, offers.")},
        ),
        (
            "DescribeTimeToLive",
            {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}},
            {"expiry": ("red", "inbox, customers, audit, desk, links.")},
        ),
        (
            "GetResourcePolicy",
            refusal("GetResourcePolicy", "PolicyNotFoundException"),
            {"table-policies": ("red", "audit, ledger.")},
        ),
        (
            "GetQueueAttributes",
            {"Attributes": {"ApproximateNumberOfMessages": "3"}},
            {"failures": ("red", "outreach-failures 3")},
        ),
        ("ListFunctions", {"Functions": []}, {"runtime": ("red", "no function")}),
    ],
)
def test_one_thing_that_is_wrong_is_one_finding(ward, operation, answer, wrong):
    stage, _, played = ward
    played[operation] = answer
    found = find_wrong(stage)
    assert {name: level for name, (level, _, _) in found.items()} == {name: level for name, (level, _) in wrong.items()}
    for name, (_, words) in wrong.items():
        assert words in found[name][1]


@pytest.mark.parametrize(
    ("status", "level"),
    [("UPDATE_IN_PROGRESS", "amber"), ("UPDATE_ROLLBACK_COMPLETE", "amber"), ("UPDATE_ROLLBACK_FAILED", "red")],
)
def test_a_stack_that_is_not_at_rest_is_found(ward, status, level):
    stage, _, _ = ward
    stage.described |= {"StackStatus": status}
    assert find_wrong(stage)["stack"][0] == level


def test_a_stack_without_stamp_and_protection_is_found(ward):
    stage, _, _ = ward
    outputs = [each for each in stage.described["Outputs"] if each["OutputKey"] != "Version"]
    stage.described |= {"Tags": [], "Outputs": outputs, "EnableTerminationProtection": False}
    found = find_wrong(stage)
    assert set(found) == {"version", "stack-protection"}
    assert "by hand" in found["version"][1]


def test_a_stage_without_answers_is_found(ward, monkeypatch, tmp_path):
    monkeypatch.setattr(place, "FOLDER", tmp_path)
    assert find_wrong(ward[0])["place"][0] == "amber"


def test_a_role_that_the_keys_policies_would_miss_is_found(ward):
    stage, _, _ = ward
    stage.resources.append(
        {"ResourceType": "AWS::IAM::Role", "LogicalResourceId": "CutRole", "PhysicalResourceId": "regulars-sh-X1"}
    )
    assert find_wrong(stage)["key-policies"][1] == "The keys' policies do not hold for: regulars-sh-X1."


@pytest.mark.parametrize(
    ("statuses", "wrong"),
    [
        ({"/forms/": 503, "/hooks/": 401}, {"form": "is answered 503"}),
        ({"/forms/": 200, "/hooks/": 503}, {"signature": "is answered 503, not 401"}),
        ({"/forms/": 200, "/hooks/": 202}, {"signature": "was taken"}),
        ({"/forms/": OSError("gone"), "/hooks/": 401}, {"form": "Nothing answers at"}),
    ],
)
def test_a_door_that_answers_otherwise_is_found(ward, statuses, wrong):
    stage, web, _ = ward
    web.statuses = statuses
    found = find_wrong(stage)
    assert {name: found[name][0] for name in found} == dict.fromkeys(wrong, "red")
    for name, words in wrong.items():
        assert words in found[name][1]


def test_without_a_sender_no_delivery_is_tried(ward):
    stage, web, played = ward
    played["DescribeParameters"] = {"Parameters": []}
    assert "signature" not in dict(run_checks(stage))
    assert [body for _, body in web.asked] == [None]


@pytest.mark.parametrize(
    ("records", "level"),
    [
        ({}, "amber"),
        ({"_dmarc.example.org": ["v=DMARC1; p=none"]}, None),  # of the domain above it
        ({"_dmarc.corner.example.org": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "amber"),
        (OSError("LifetimeTimeout"), "unknown"),
    ],
)
def test_dmarc_is_looked_up(ward, records, level):
    stage, web, _ = ward
    web.records = records
    assert find_wrong(stage).get("dmarc", (None,))[0] == level


def test_the_address_in_links_must_lead_to_the_api(ward):
    stage, _, played = ward
    stage.services.settings = stage.settings.model_copy(update={"public_url": "https://forms.corner.example.org"})
    played["GetApiMappings"] = {"Items": [{"ApiId": "abcde12345"}]}
    assert "address" not in find_wrong(stage)
    played["GetApiMappings"] = {"Items": [{"ApiId": "another"}]}
    assert find_wrong(stage)["address"][0] == "red"


def test_a_job_that_did_not_run_when_it_should_is_found(ward):
    stage, _, played = ward
    stage.described |= {"CreationTime": stage.now - timedelta(days=3)}

    def answer(params):
        told = PLAYED["GetMetricData"](params)
        last = {0: timedelta(hours=2), 4: timedelta(hours=20), 5: timedelta(minutes=70)}
        for each in told["MetricDataResults"]:
            if (place := int(each["Id"][1:])) in last:
                each["Timestamps"] = [stage.now - last[place]]
        return told

    played["GetMetricData"] = answer
    found = find_wrong(stage)
    assert set(found) == {"jobs"}
    assert found["jobs"][1].endswith(": sweep_inbox.")  # the daily and the hourly one need not have run since


def test_no_job_is_missed_where_the_stack_is_new(ward):
    stage, _, played = ward
    played["GetMetricData"] = {"MetricDataResults": []}
    stage.described |= {"CreationTime": stage.now - timedelta(minutes=20)}
    assert find_wrong(stage) == {}
    stage.described |= {"CreationTime": stage.now - timedelta(hours=3)}
    assert "sweep_inbox" in find_wrong(stage)["jobs"][1]


def test_a_job_that_failed_is_found(ward):
    stage, _, played = ward
    played["GetMetricData"] = lambda params: {
        "MetricDataResults": [
            {"Id": each["Id"], "Timestamps": [stage.now], "Values": [1.0]} for each in params["MetricDataQueries"]
        ]
    }
    found = find_wrong(stage)
    assert found["crashes"][0] == "amber"
    assert re.search(rf"`make logs FUNCTION=\w+ STAGE={STAGE}`", found["crashes"][2])


@pytest.mark.parametrize(("days", "level"), [(0, None), (120, "amber"), (300, "red")])
def test_the_end_of_the_runtime_comes_nearer(ward, days, level):
    stage, _, _ = ward
    stage.now += timedelta(days=days)  # python3.11 ends on 2027-06-30
    assert find_wrong(stage).get("runtime", (None,))[0] == level


def test_each_table_is_described_once_however_many_checks_look_at_it(ward):
    stage, asked = ward[0], []
    events, name = stage.services.dynamodb.meta.events, "provide-client-params.dynamodb.DescribeTable"
    note = lambda params, **_: asked.append(params["TableName"])  # noqa: E731 - the same one is taken away
    events.register(name, note)
    list(run_checks(stage))
    events.unregister(name, note)
    assert sorted(asked) == sorted(stage.tables)
