"""What the scan of the template refuses: it judges what `make scan` hands it, and fails for each kind of fault."""

import json

import pytest

from infra.deploy.scan import ACCEPTED, find_stages, judge_findings, read_accepted, read_findings

API = {"Type": "AWS::ApiGateway::Stage", "Properties": {"StageName": "api"}}
DESK = {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"StageName": "$default"}}
PLAIN = {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "RestAPI"}}}


def template(**resources):
    return {"Resources": {"Api": API, "Desk": DESK, "Deployment": PLAIN, **resources}}


def test_one_stage_for_each_api_is_right():
    assert find_stages(template()) == []


@pytest.mark.parametrize(
    "more",
    [
        {"Second": {"Type": "AWS::ApiGateway::Stage", "Properties": {"StageName": "Stage"}}},
        {"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"StageName": "Stage"}}},
        {"Api": {"Type": "AWS::ApiGateway::Stage", "Properties": {"StageName": "Stage"}}},
        {"Desk": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"StageName": "api"}}},
    ],
)
def test_any_other_stage_is_noticed(more):
    assert len(find_stages(template(**more))) == 1


def test_a_finding_that_nobody_accepted_and_an_acceptance_that_nothing_needs_are_noticed():
    known, new, gone = ("CKV_1", "A"), ("CKV_1", "B"), ("CKV_2", "A")
    assert judge_findings([known], [known]) == []
    assert judge_findings([known, new], [known]) == ["CKV_1: B"]
    assert judge_findings([known], [known, gone]) == ["CKV_2: A is accepted, and not found any more"]


def test_findings_are_read_by_the_name_in_the_template():
    failed = [{"check_id": "CKV_AWS_27", "resource": "AWS::SQS::Queue.Outreach"}]
    assert [*read_findings({"results": {"failed_checks": failed}})] == [("CKV_AWS_27", "Outreach")]


def test_every_acceptance_has_a_reason():
    accepted = read_accepted(ACCEPTED.read_text())
    assert all(len(reason.split()) > 5 for reason in accepted.values())
    with pytest.raises(ValueError, match="CKV_1"):
        read_accepted('[[accepted]]\ncheck = "CKV_1"\nresources = ["A"]\nreason = " "\n')


def test_no_acceptance_is_written_twice():
    text = ACCEPTED.read_text()
    written = [line for line in text.splitlines() if line.startswith("check = ")]
    assert len(written) == len({json.dumps(line) for line in written})
