"""Commands check what they are given first, and answer in a sentence; what a local run left never reaches the suite."""

import importlib
import os
import subprocess
import sys

import pytest

from chalicelib.config import Settings
from chalicelib.services import Services
from infra.local import clock
from infra.places import LOCAL, ROOT

NOWHERE = {"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/nowhere"}
AWS = {"STAGE": "prod", **NOWHERE}


def run_module(module, *arguments, **environ):
    """Run a command in an environment of its own folder; return status, and what it printed."""
    clean = {**os.environ, **environ}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=clean, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "arguments", "environ", "told"),
    [
        ("infra.local.clock", ["tomorrow"], {}, "NOW=... is a time with its zone"),
        ("infra.local.clock", [""], {}, "NOW=... is a time with its zone"),
        ("infra.local.clock", ["2026-12-24T09:00:00"], {}, "NOW=... is a time with its zone"),
        ("infra.local.run", [], {"PORT": "abc"}, "PORT=abc: a port is a number"),
        ("infra.local.run", [], {"PORT": "99999"}, "PORT=99999: a port is a number"),
        ("infra.local.run", [], {"LOCAL_DB": "nonsense"}, "LOCAL_DB=moto keeps the tables in memory"),
        ("infra.local.run", [], {"WORKERS": "many"}, "WORKERS=... is a number"),
        ("infra.staff.codes", ["redeem", "--code", ""], {}, "CODE=... is the code"),
        ("infra.staff.look", ["--key", ""], {}, "KEY=... names the item"),
        ("infra.local.buy", ["--email", ""], {}, "EMAIL=... says who buys"),
        ("infra.staff.forget", ["--email", "", "--phone", ""], {}, "Say whom: EMAIL="),
        ("infra.staff.audit", ["--month", "13"], {}, "MONTH=... is a year and a month"),
        ("infra.staff.imports", ["--file", "", "--map", ""], {}, "Say both: make import"),
        (
            "infra.staff.waiting",
            [],
            AWS,
            "Stage prod on AWS was not reached.",
        ),
        ("infra.deploy.package", ["../x"], {}, "STAGE=... has small letters"),
    ],
)
def test_an_odd_argument_is_answered_in_a_sentence(module, arguments, environ, told):
    status, shown = run_module(module, *arguments, **environ)
    assert status != 0
    assert told in shown
    assert "Traceback" not in shown


def test_a_customer_is_asked_for_by_something(monkeypatch, capsys):
    from infra.staff import customer

    monkeypatch.setattr(sys, "argv", ["customer", "--email", "", "--phone", "", "--id", ""])
    assert customer.main() == 2
    assert "Say whom" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["export", "consent", "lift_stop", "requests"])
def test_a_command_about_a_person_asks_whom(command, monkeypatch, capsys):
    module = importlib.import_module(f"infra.staff.{command}")
    given = {"export": ["--email", ""], "requests": ["--lift", ""]}.get(command, ["--", ""])
    monkeypatch.setattr(sys, "argv", [command, *given])
    assert module.main() == 2
    assert "EMAIL=asha.rao@example.com" in capsys.readouterr().err


def test_releasing_what_does_not_wait_fails(monkeypatch, capsys, shop):
    from infra.staff import waiting

    monkeypatch.setattr(waiting, "current_services", lambda: shop.services())
    monkeypatch.setattr(sys, "argv", ["waiting", "--release", "abc"])
    assert waiting.main() == 1
    assert "Nothing waits under that key" in capsys.readouterr().out


def test_the_suite_has_a_folder_of_its_own_whatever_a_local_run_left(tmp_path):
    assert LOCAL != ROOT / ".local"
    assert clock.FILE.parent == LOCAL
    assert not clock.FILE.exists()


@pytest.mark.parametrize(("try_out", "held"), [(False, True), (True, False)])
def test_nobody_is_held_out_where_it_is_tried_out(try_out, held):
    services = Services(Settings(try_out=try_out), lambda *_: None)
    assert any(campaign.holdout_share for campaign in services.campaigns) is held
    assert bool(services.find_campaign("win-back").holdout_share) is held
