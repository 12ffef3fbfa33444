"""`make invite`: a link for the first owner, and for an owner who lost every passkey; the link of a new local run."""

import sys
from contextlib import contextmanager

import pytest

from infra.local import first_owner
from infra.staff import invite
from tests.builders.desk import open_desk


@pytest.fixture
def desk(tables, monkeypatch):
    """Return a desk that the command works on."""
    with open_desk(tables, monkeypatch) as opened:
        monkeypatch.setattr(invite, "current_services", lambda: opened.services)
        monkeypatch.setattr(invite, "stage_now", lambda: opened.now)
        monkeypatch.setattr(invite, "open_stage", open_nothing)
        monkeypatch.setattr("getpass.getuser", lambda: "operator")
        monkeypatch.setenv("DESK_URL", opened.services.settings.desk_url)
        yield opened


@contextmanager
def open_nothing():
    yield {}


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["invite", *arguments])
    return invite.main()


def test_the_command_prints_a_link_that_makes_an_owner(desk, monkeypatch, capsys):
    assert run(monkeypatch, "--role", "owner", "--name", "Mara Lind") == 0
    link = capsys.readouterr().out.strip()
    browser = desk.open_browser()
    assert browser.join(link.removeprefix(desk.services.settings.desk_url)).status_code == 303
    assert "Mara Lind" in browser.read("/staff")
    assert desk.list_audit()[0] == ("operator", f"invited {browser.staff_id} as owner")


def test_an_owner_who_lost_every_passkey_comes_back_under_the_same_id(desk, monkeypatch, capsys):
    owner = desk.hire("owner", "Mara Lind")
    assert run(monkeypatch, "--id", owner.staff_id) == 0
    fresh = desk.open_browser()
    fresh.join(capsys.readouterr().out.strip().removeprefix(desk.services.settings.desk_url))
    assert fresh.staff_id == owner.staff_id
    assert "Mara Lind" in fresh.read("/")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--role", "king", "--name", "Mara Lind"), "ROLE=... is one of owner, staff, viewer, till."),
        (("--role", "owner"), "NAME=... is the person's name"),
        (("--name", "x" * 61), "NAME=... is the person's name"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(desk, monkeypatch, capsys, arguments, told):
    assert run(monkeypatch, *arguments) == 2
    assert told in capsys.readouterr().err
    assert list(desk.services.invitations.list_invitations(desk.now)) == []


def test_an_id_that_nobody_has_is_told(desk, monkeypatch):
    with pytest.raises(SystemExit, match="Nobody at the desk"):
        run(monkeypatch, "--id", "nobody")


def test_a_local_run_invites_as_long_as_there_is_no_owner(desk, monkeypatch, stack, tables):
    environ = {**stack.environ, "STAGE": tables.settings.stage, "DESK_URL": "http://localhost:8403"}
    link = first_owner.invite_owner(environ)
    assert link.startswith("http://localhost:8403/join/")
    assert first_owner.invite_owner(environ) != link
    assert desk.open_browser().join(link.removeprefix("http://localhost:8403")).status_code == 303
    assert first_owner.invite_owner(environ) == ""
