"""STAGE alone is enough: the stack says the rest; what is lacking on AWS is told in one sentence."""

import os

import pytest
from botocore.exceptions import NoCredentialsError

from chalicelib.config import current_settings
from chalicelib.errors import KeyUnavailableError
from infra.account import place
from infra.staff.stage import name_actor, open_stage
from tests.builders.deployed import REGION, STAGE, deploy_stack, enter_account
from tests.builders.plays import play_calls, refusal

KEYS = {f"{name}_KEY": f"arn:aws:kms:{REGION}:123456789012:key/{name.lower()}" for name in ("ROOT", "INBOX", "RECEIPT")}


@pytest.fixture
def account(monkeypatch, tmp_path):
    """Open an empty account; STAGE names a stage of it."""
    monkeypatch.setattr(place, "FOLDER", tmp_path)
    with enter_account(monkeypatch) as clients:
        yield clients


def read_end():
    """Open the stage; return the sentence that ends the command."""
    with pytest.raises(SystemExit) as ended, open_stage():
        pytest.fail("a stage was opened")
    assert isinstance(ended.value.code, str)  # Python then exits with 1
    return ended.value.code


def test_every_setting_comes_from_the_stack_and_none_from_the_shell(account, monkeypatch):
    deploy_stack(account, keys=KEYS)
    monkeypatch.setenv("SHOP_NAME", "Another Shop")
    monkeypatch.setenv("TRY_OUT", "yes")
    with open_stage() as environ:
        settings = current_settings()
        assert {name: environ[name] for name in KEYS} == KEYS
    assert (settings.stage, settings.shop_name, settings.shop_country) == (STAGE, "Corner Books", "GB")
    assert (settings.mail_from, settings.configuration_set) == ("hello@corner.example.org", f"regulars-{STAGE}")
    assert settings.public_url.startswith("https://abcde12345.")
    assert settings.desk_url == "https://desk.corner.example.org"
    assert settings.downstream == "till=https://till.corner.example.org/events"
    assert settings.try_out is False
    assert os.environ["SHOP_NAME"] == "Another Shop"
    assert "ROOT_KEY" not in os.environ


def test_the_desks_own_address_stands_in_for_one_that_was_never_set(account):
    deploy_stack(account, given={"DeskUrl": "", "PublicUrl": ""}, keys=KEYS)
    with open_stage() as environ:
        assert environ["DESK_URL"] == "https://fghij67890.execute-api.eu-central-1.amazonaws.com"
        assert environ["PUBLIC_URL"] == "https://abcde12345.execute-api.eu-central-1.amazonaws.com/api"


def test_the_audit_names_whom_aws_takes_the_operator_for_without_the_account(account, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "ubuntu")
    deploy_stack(account, keys=KEYS)
    with open_stage():
        assert name_actor() == "user/moto"
    assert name_actor() == "ubuntu"


def test_a_stack_that_is_not_there_is_told_with_its_place(account):
    assert read_end().startswith(
        f"Stage {STAGE}: there is no stack regulars-{STAGE} in {REGION} of account 123456789012. "
    )


def test_another_region_than_the_answers_say_is_told(account, tmp_path, monkeypatch):
    deploy_stack(account, keys=KEYS)
    (tmp_path / f"{STAGE}.toml").write_text('region = "us-east-1"\n')
    end = read_end()
    assert end.startswith(f"The shell's region is {REGION}; the answers of {STAGE} say us-east-1")
    (tmp_path / f"{STAGE}.toml").write_text(f'region = "{REGION}"\n')
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    with open_stage() as environ:  # the file says where it is
        assert environ["AWS_REGION"] == REGION


def test_another_account_than_the_answers_say_is_told(account, tmp_path):
    (tmp_path / f"{STAGE}.toml").write_text('account = "210987654321"\n')
    told = "These credentials are of account 123456789012; the answers of shop say 210987654321."
    assert read_end() == told


@pytest.mark.parametrize(
    ("operation", "code", "told"),
    [
        ("DescribeStacks", "AccessDenied", "these credentials may not call DescribeStacks there (AccessDenied)."),
        ("GetFunctionConfiguration", "AccessDeniedException", "may not call GetFunctionConfiguration there"),
        ("GetCallerIdentity", "ExpiredToken", "these credentials are not valid, or have ended (ExpiredToken)."),
        ("DescribeStacks", "Throttling", "DescribeStacks was refused (Throttling)."),
    ],
)
def test_what_aws_refuses_is_told_without_its_own_text(account, monkeypatch, operation, code, told):
    deploy_stack(account, keys=KEYS)
    play_calls(monkeypatch, {operation: refusal(operation, code)})
    end = read_end()
    assert told in end
    assert end.startswith(f"Stage {STAGE} on AWS: ")
    assert "mira" not in end


def test_what_a_command_may_not_do_there_is_told(account, monkeypatch):
    deploy_stack(account, keys=KEYS)
    play_calls(monkeypatch, {"ListTables": refusal("ListTables", "AccessDeniedException")})
    with pytest.raises(SystemExit, match="may not call ListTables there"), open_stage():
        account("dynamodb").list_tables()


def test_keys_that_may_not_be_used_are_told(account):
    deploy_stack(account, keys=KEYS)
    with pytest.raises(SystemExit, match="these credentials may not use the stage's keys"), open_stage():
        raise KeyUnavailableError("AccessDenied")


def test_a_shell_without_credentials_is_told(account, monkeypatch):
    deploy_stack(account, keys=KEYS)
    play_calls(monkeypatch, {"GetCallerIdentity": NoCredentialsError()})
    assert read_end().startswith(f"Stage {STAGE} on AWS was not reached. Unable to locate credentials")


@pytest.mark.parametrize("name", ["Prod", "a" * 21, "../x"])
def test_a_stage_that_cannot_be_is_told(account, monkeypatch, name):
    monkeypatch.setenv("STAGE", name)
    assert read_end().startswith("STAGE=... has small letters")
