"""What `make deploy` runs at its end does not fail a deployment whose operator may only deploy."""

import json

import pytest

from infra.account import place
from infra.local.policy import Need, is_allowed, read_policy
from infra.places import ROOT
from infra.smoke import after_deploy
from tests.builders.deployed import STAGE, deploy_stack, enter_account
from tests.builders.plays import play_calls, refusal

DEPLOYER = ROOT / "infra" / "account" / "deployer-policy.json"


@pytest.fixture
def deployed(monkeypatch, tmp_path):
    """Open an account with a stage's stack."""
    monkeypatch.setattr(place, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["after_deploy"])
    with enter_account(monkeypatch) as clients:
        deploy_stack(clients)
        yield


def test_with_the_deployers_policy_alone_it_is_unknown_and_fails_nothing(deployed, monkeypatch, capsys):
    settings = Need("lambda:GetFunctionConfiguration", f"function:regulars-{STAGE}-api_handler")
    assert not is_allowed(read_policy(json.loads(DEPLOYER.read_text()), lambda arn: arn), settings)
    play_calls(monkeypatch, {"GetFunctionConfiguration": refusal("GetFunctionConfiguration", "AccessDeniedException")})
    assert after_deploy.main() == 0
    said = capsys.readouterr().out
    assert said.count("unknown  stage") == 2  # of the look and of the try
    assert "these credentials may not call GetFunctionConfiguration there" in said


def test_a_stage_that_cannot_be_opened_for_another_reason_fails_it(deployed, monkeypatch, capsys):
    monkeypatch.setenv("STAGE", "elsewhere")
    assert after_deploy.main() == 2
    assert "there is no stack regulars-elsewhere" in capsys.readouterr().out
