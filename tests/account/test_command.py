"""How the commands start: what HELP=yes prints, and what AWS's refusals become."""

import sys

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from infra.account import connect, deploy, restore, rollback, rotate_secret, uninstall
from infra.account.command import Arguments, read_arguments, run_command
from infra.account.operator import open_address

MODULES = {"deploy": deploy, "rollback": rollback, "uninstall": uninstall}
MODULES |= {"restore": restore, "connect": connect, "rotate_secret": rotate_secret}


def read(monkeypatch, *given, names=("dirty", "yes", "senders")):
    monkeypatch.setattr(sys, "argv", ["command", *given])
    return read_arguments("What it does.", *names)


def test_makes_switches_become_arguments(monkeypatch):
    given = read(monkeypatch, "--stage", "prod", "--explain", "", "--dirty", "yes", "--yes", "", "--senders", "shopify")
    assert given == Arguments("prod", dirty=True, senders="shopify")


def test_help_says_what_the_command_does_and_does_nothing(monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        read(monkeypatch, "--stage", "prod", "--explain", "yes")
    assert ended.value.code is None
    assert capsys.readouterr().out == "What it does.\n"


@pytest.mark.parametrize("name", MODULES)
def test_each_command_explains_each_of_its_switches(name):
    makefile = (deploy.FOLDER.parent / "Makefile").read_text()
    line = next(each for each in makefile.splitlines() if f"infra.account.{name} " in each)
    switches = {part.removeprefix("--") for part in line.split() if part.startswith("--")} - {"explain"}
    about = MODULES[name].__doc__
    assert [each for each in switches if f"    {each.upper()}=" not in about] == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreateBucket"), "AWS refused CreateBucket"),
        (NoCredentialsError(), "AWS was not reached."),
        (KeyboardInterrupt(), "Broken off."),
    ],
)
def test_what_stops_a_command_is_a_sentence_and_it_can_be_repeated(fault, told):
    def run(_):
        raise fault

    with pytest.raises(SystemExit) as stopped:
        run_command(run, Arguments("prod"))
    assert told in str(stopped.value)
    assert "the same command for the stage prod goes on from here" in str(stopped.value)


@pytest.mark.parametrize("url", ["http://corner.example.org", "https://127.0.0.1:9", "file:///etc/hosts", ""])
def test_an_address_that_answers_nothing_is_not_open(url):
    assert open_address(url) is False
