"""A stage in moto that is well: made once for a file, since nothing here changes it."""

import os
from functools import cache, partial

import boto3
import pytest
from moto import mock_aws

from infra.staff import deployed
from infra.staff.stage import open_stage
from infra.watch import deployment
from tests.builders.api import start_container
from tests.builders.deployed import ACCOUNT, REGION, STAGE, deploy_whole
from tests.builders.plays import play_calls
from tests.builders.wards import PLAYED, open_ward


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """Return the clients of an account with a stage that is well, and the stage's environment."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
            patch.delenv(name)
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            patch.setenv(name, REGION)
        patch.setenv("STAGE", STAGE)
        folder = tmp_path_factory.mktemp("deploy")
        (folder / f"{STAGE}.toml").write_text(f'account = "{ACCOUNT}"\nregion = "{REGION}"\n')
        for module in (deployed, deployment):
            patch.setattr(module, "FOLDER", folder)
        clients = cache(partial(boto3.client, region_name=REGION))
        made = deploy_whole(clients)
        clients("sns").subscribe(TopicArn=made["Alarms"]["Ref"], Protocol="email", Endpoint="mara@corner.example.org")
        clients("ssm").put_parameter(Name=f"/regulars/{STAGE}/door/senders/stripe", Value="s", Type="String")
        with open_stage() as environ:
            pass
        yield clients, environ
        start_container()


@pytest.fixture
def ward(account, monkeypatch):
    """Return the stage that is looked at, its web, and what is played beside moto; each may be changed."""
    played, (clients, _) = dict(PLAYED), account
    (stack,) = clients("cloudformation").describe_stacks(StackName=f"regulars-{STAGE}")["Stacks"]
    played["DescribeStacks"] = {"Stacks": [stack | {"EnableTerminationProtection": True}]}  # moto knows none
    play_calls(monkeypatch, played)
    stage, web = open_ward(*account)
    return stage, web, played
