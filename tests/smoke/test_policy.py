"""What the smoke test may do on AWS (infra/account/tester-policy.json), held to the calls that it makes."""

import json

import boto3
import botocore.client

from infra.account import place
from infra.local.permissions import list_needs
from infra.local.policy import Need, is_allowed, read_policy
from infra.places import ROOT
from infra.smoke.run import run_trial
from infra.staff.stage import open_stage
from tests.builders.deployed import STAGE, deploy_stack, enter_account

POLICY = ROOT / "infra" / "account" / "tester-policy.json"
LONGEST = 6144  # letters of a managed policy, spaces not counted (IAM's quota)
ROOT_KEY = Need("kms:Decrypt", "key/1", aliases=(f"alias/regulars-{STAGE}-root",))  # keys are files in this test
KEYS = {f"{name}_KEY": "arn:aws:kms:eu-central-1:123456789012:key/1" for name in ("ROOT", "INBOX", "RECEIPT")}


def read_statements():
    return read_policy(json.loads(POLICY.read_text()), lambda arn: arn)


def record_trial(played):
    """Return the rights that a run needs, and those of one that finds the people of a run before."""
    needs, clients = set(), {"dynamodb": boto3.client("dynamodb"), "ssm": played.api_client("ssm")}
    for client in clients.values():
        client.meta.events.register(
            "before-parameter-build",
            lambda params, model, **_: needs.update(list_needs(model.service_model.service_name, model.name, params)),
        )

    def try_once():
        trial = played.try_out()
        trial.services = played.build(clients)
        return run_trial(trial)

    played.build().keys.make_lacking()  # as a deployment does
    played.broken = {"erasing"}
    try_once()
    played.broken = set()
    assert dict(try_once())["erasure"].level == "green"
    return needs


def record_opening(monkeypatch, folder):
    """Return the rights that it takes to open a stage on AWS."""
    needs, call = set(), botocore.client.BaseClient._make_api_call

    def note(client, operation, params):
        service = client.meta.service_model.service_name
        place = params.get("StackName") or params.get("FunctionName") or "any"
        kind = {"cloudformation": "stack/{}/id", "lambda": "function:{}"}.get(service, "{}")
        needs.add(Need(f"{service}:{operation}", kind.format(place)))
        return call(client, operation, params)

    with monkeypatch.context() as patch, enter_account(patch) as clients:
        patch.setattr(place, "FOLDER", folder)
        deploy_stack(clients, keys=KEYS)
        patch.setattr(botocore.client.BaseClient, "_make_api_call", note)
        with open_stage():
            pass
    return needs


def test_every_call_is_allowed_and_no_right_is_left_over(played, monkeypatch, tmp_path):
    needs = {ROOT_KEY, *record_trial(played), *record_opening(monkeypatch, tmp_path)}
    statements = read_statements()
    assert sorted(f"{need.action} on {need.resource}" for need in needs if not is_allowed(statements, need)) == []
    for statement in statements:
        for action in statement.actions:
            assert any(need.action == action and statement.applies_to(need) for need in needs), action


def test_it_fits_into_a_managed_policy():
    assert len(json.dumps(json.loads(POLICY.read_text()), separators=(",", ":"))) <= LONGEST


def test_it_makes_no_key_sends_no_mail_and_changes_no_function():
    for action in ("kms:Encrypt", "kms:GenerateDataKey", "kms:Sign", "ses:SendEmail", "lambda:UpdateFunctionCode"):
        assert not is_allowed(read_statements(), Need(action, "any", aliases=(f"alias/regulars-{STAGE}-root",)))
    assert not is_allowed(read_statements(), Need("dynamodb:PutItem", f"table/regulars-{STAGE}-keys"))
    assert not is_allowed(read_statements(), Need("dynamodb:UpdateItem", f"table/regulars-{STAGE}-ledger"))
