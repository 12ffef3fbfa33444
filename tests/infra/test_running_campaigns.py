"""The commands say which campaigns run; a start that gives money away is refused until the shop has filled it in."""

import sys

import pytest

from chalicelib.campaigns import library
from chalicelib.errors import DefinitionError
from infra.deploy import package, shop_files
from infra.staff import report
from tests.builders.own import forget_files, open_own, write_own

MARKETING = ["needs-again", "post-purchase", "survey-invitation", "welcome", "win-back"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder of the shop's own."""
    with open_own(tmp_path / "own", monkeypatch) as opened:
        yield opened


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs the command and returns its status and what it printed."""

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["shop_files", *arguments])
        status = shop_files.main()
        told = capsys.readouterr()
        return status, told.out + told.err

    return run_command


def name_running(**keys):
    """Return the names of the campaigns that run, as a new container reads them."""
    forget_files()
    return [campaign.name for campaign in library.list_campaigns(**keys)]


def name_served():
    """Return the names of the transactional campaigns that ship."""
    return [campaign.name for campaign in library.list_on_file() if not campaign.is_marketing]


def fill_in(folder, **values):
    """Fill in the money of the shop's own win-back."""
    path = folder / "campaigns" / "win-back.toml"
    lines = [
        next((f"{key} = {value}" for key, value in values.items() if line.startswith(f"{key} =")), line)
        for line in path.read_text("utf-8").splitlines()
    ]
    path.write_text("\n".join(lines), "utf-8")


def test_of_what_ships_only_transactional_mail_runs_until_the_shop_names_more(folder):
    assert "pre-order-shipped" in name_served()
    assert name_running() == name_served()
    write_own(folder, "on.toml", 'campaigns = ["welcome", "survey-invitation"]')
    assert name_running() == sorted([*name_served(), "survey-invitation", "welcome"])


def test_a_try_out_runs_everything_that_ships_but_what_is_switched_off(folder):
    assert name_running(try_out=True) == sorted([*name_served(), *MARKETING])
    write_own(folder, "off.toml", 'campaigns = ["welcome", "pre-order-shipped"]')
    assert {*MARKETING, *name_served()} - set(name_running(try_out=True)) == {"welcome", "pre-order-shipped"}


def test_a_campaign_of_the_shops_own_runs_as_it_stands_until_it_is_switched_off(folder):
    text = (library.DEFINITIONS / "welcome.toml").read_text("utf-8")
    write_own(folder, "campaigns/hello.toml", text)
    write_own(folder, "campaigns/welcome.toml", text.replace("hours = 1", "hours = 2"))
    assert name_running() == sorted([*name_served(), "hello", "welcome"])
    write_own(folder, "off.toml", 'campaigns = ["hello", "welcome", "pre-order-shipped"]')
    assert {"hello", "welcome", "pre-order-shipped"}.isdisjoint(name_running())


def test_what_is_named_on_and_off_is_a_mistake_and_sends_nothing(folder):
    write_own(folder, "on.toml", 'campaigns = ["welcome"]')
    write_own(folder, "off.toml", 'campaigns = ["welcome"]')
    with pytest.raises(DefinitionError, match=r"^on\.toml, line 1: campaigns\.0: off\.toml names it too$"):
        name_running()
    assert library.list_running(try_out=False) == ()


def test_a_win_back_runs_once_the_shop_chose_its_budget_code_and_cost(folder, run):
    write_own(folder, "on.toml", 'campaigns = ["win-back"]')
    status, told = run("check")
    assert (status, "`make new-campaign NAME=win-back` writes a file of your own" in told) == (1, True)
    assert run("campaign", "--name", "win-back")[0] == 0
    status, told = run("check")
    assert status == 1
    assert [key for key in ("offer.code", "offer.most_spent", "offer.expected_cost") if key not in told] == []
    for filled in ({"code": '"BACK-{code}"'}, {"most_spent": "300"}, {"expected_cost": "1.20"}):
        with pytest.raises(DefinitionError, match=r"^win-back\.toml, line \d+: offer\."):
            name_running()
        fill_in(folder, **filled)
    assert "win-back" in name_running()
    (own,) = [campaign for campaign in library.list_campaigns() if campaign.name == "win-back"]
    assert (str(own.offer.most_spent), own.when.days, own.holdout_share) == ("300", 30, 0.1)
    assert run("check")[0] == 0


def test_a_copy_of_what_gives_nothing_away_runs_at_once(folder, run):
    assert run("campaign", "--name", "welcome")[0] == 0
    assert "welcome" in name_running()
    assert run("campaign", "--name", "welcome")[0] == 1  # it is there already


def test_the_commands_say_which_campaigns_run_and_which_are_off(folder, run, capsys):
    write_own(folder, "on.toml", 'campaigns = ["welcome"]')
    said = "welcome. Off: needs-again, post-purchase, survey-invitation, win-back; "
    assert said in run("check")[1]
    package.check_definitions()
    assert said in capsys.readouterr().out


def test_with_a_mistake_the_command_says_that_none_runs(folder, run):
    write_own(folder, "campaigns/bad.toml", "kind = 7\n")
    assert "No campaign runs" in run("check")[1]


def test_a_report_of_what_is_off_can_be_asked_for(folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", "--help"])
    with pytest.raises(SystemExit):
        report.main()
    assert "win-back" in capsys.readouterr().out
