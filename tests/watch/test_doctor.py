"""`make doctor`: a stage that is well is green; each check says what is wrong; what is not seen is never green."""

import json

import pytest

from infra.watch import doctor
from infra.watch.checks import CHECKS, run_checks
from infra.watch.doctor import look_around, run_look
from infra.watch.finding import Level, green, red, unknown
from tests.builders.deployed import STAGE
from tests.builders.plays import refusal


def test_a_stage_that_is_well_is_green_in_every_check(ward):
    stage, web, _ = ward
    found = dict(run_checks(stage))
    assert {name: each for name, each in found.items() if each.level is not Level.GREEN} == {}
    assert list(found) == [check.name for check in CHECKS]
    assert [body for _, body in web.asked] == [None, b"{}"]
    assert web.asked[1][0].endswith("/hooks/stripe")
    assert "mara@" not in str(found)
    assert "hello@" not in str(found)


def test_what_may_not_be_read_is_unknown_and_stops_no_other_check(ward, monkeypatch):
    stage, web, played = ward
    operations = ("GetAccountSettings", "GetAccount", "GetEmailIdentity", "GetConfigurationSetEventDestinations")
    operations += ("GetStages", "GetMetricData", "DescribeAlarms", "ListSubscriptionsByTopic", "DescribeKey")
    operations += ("GetKeyPolicy", "GetKeyRotationStatus", "DescribeTable", "DescribeContinuousBackups", "Query")
    operations += ("DescribeTimeToLive", "GetResourcePolicy", "GetQueueUrl", "GetParameters", "GetParameter")
    operations += ("DescribeParameters", "ListFunctions", "BatchGetItem", "GetItem", "DescribeStacks", "GetPublicKey")
    played.update({name: refusal(name, "AccessDeniedException") for name in operations})
    web.statuses, web.records = {"/": OSError("gone")}, OSError("gone")
    found = dict(run_checks(stage))
    assert {each.level for name, each in found.items() if name not in ("place", "form")} == {Level.UNKNOWN}
    assert found["form"].level is Level.RED
    assert len(found) == len(CHECKS)
    assert "mira" not in str(found)  # AWS's own text
    assert found["dkim"].found == "Not looked at: these credentials may not call GetEmailIdentity there (" + (
        "AccessDeniedException)."
    )


def test_an_answer_of_another_shape_is_unknown(ward):
    stage, _, played = ward
    played["GetAccountSettings"] = {}
    assert dict(run_checks(stage))["concurrency"].level is Level.UNKNOWN


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([green("a")], 0),
        ([green("a"), unknown("b")], 1),
        ([green("a"), unknown("b"), red("c", "d")], 2),
        ([], 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst_finding(levels, code, account, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["doctor"])
    assert run_look("", lambda: [("one", each) for each in levels]) == code
    assert ("-> d" in capsys.readouterr().out) is (code == 2)


def test_json_says_the_same(ward, monkeypatch, capsys):
    stage, _, played = ward
    played["GetStages"] = {"item": [{"stageName": "api"}, {"stageName": "Stage"}]}
    monkeypatch.setattr("sys.argv", ["doctor", "--json", "yes"])
    assert run_look("", lambda: list(run_checks(stage))) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["stage"], told["level"], len(told["checks"])) == (STAGE, "red", len(CHECKS))
    (wrong,) = [each for each in told["checks"] if each["level"] != "green"]
    assert wrong["check"] == "stages"
    assert wrong["do"].endswith("--stage-name Stage")


def test_a_stage_that_is_not_there_is_red(account, monkeypatch, capsys):
    monkeypatch.setenv("STAGE", "elsewhere")
    monkeypatch.setattr("sys.argv", ["doctor"])
    assert run_look("", look_around) == 2
    assert "there is no stack regulars-elsewhere in eu-central-1" in capsys.readouterr().out


def test_help_says_what_it_does_and_asks_nobody(monkeypatch, capsys):
    monkeypatch.setenv("STAGE", "elsewhere")
    monkeypatch.setattr("sys.argv", ["doctor", "--explain", "yes"])
    assert run_look(doctor.__doc__, look_around) == 0
    assert "make doctor STAGE=prod" in capsys.readouterr().out
