"""A stage in moto that is well: made once for a file, since nothing here changes it."""

import pytest

from infra.account import place
from infra.staff.stage import open_stage
from tests.builders.api import start_container
from tests.builders.deployed import ACCOUNT, REGION, STAGE, deploy_whole, enter_account
from tests.builders.plays import play_calls
from tests.builders.wards import PLAYED, open_ward


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """Return the clients of an account with a stage that is well, and the stage's environment."""
    with pytest.MonkeyPatch.context() as patch, enter_account(patch) as clients:
        folder = tmp_path_factory.mktemp("deploy")
        (folder / f"{STAGE}.toml").write_text(f'account = "{ACCOUNT}"\nregion = "{REGION}"\n')
        patch.setattr(place, "FOLDER", folder)
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
