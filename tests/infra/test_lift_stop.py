"""`make lift-stop`: staff let an address get mails again; a person's own stop needs a reason; each lift is noted."""

import sys
from datetime import timedelta

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.models import Identity
from chalicelib.shop.stops import MailUse
from infra.staff import lift_stop
from infra.staff.lift_stop import lift_address
from tests.builders.mails import list_reasons, sign_up, stop_address
from tests.builders.shop import NOW

ASEL = "asel@example.org"


@pytest.fixture
def services(shop, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "mira")
    return shop.services()


def list_notes(services):
    """Return (actor, reason, customer) of every line of the audit."""
    return [(line.actor, line.reason, line.customer) for line in services.audit.list_accesses("2026-03")]


@pytest.mark.parametrize("typed", [ASEL, " Asel@Example.org "])
@pytest.mark.parametrize("reason", ["bounced", "soft-bounced"])
def test_bounced_address_is_lifted_and_noted_without_the_address(shop, services, reason, typed):
    customer = sign_up(shop, ASEL)
    stop_address(shop, ASEL, reason)

    code, answer = lift_address(typed, services, why="", now=NOW)

    assert (code, answer.splitlines()[0]) == (0, f"Lifted: {reason}, since 2026-03-01")
    assert list_reasons(shop, ASEL) == set()
    assert list_notes(services) == [("mira", f"stop lifted: {reason}", customer)]


@pytest.mark.parametrize("reason", ["complained", "wish"])
def test_stop_of_the_person_is_lifted_with_a_reason_alone(shop, services, reason):
    stop_address(shop, ASEL, reason)
    stop_address(shop, ASEL, "bounced")

    code, answer = lift_address(ASEL, services, why="", now=NOW)
    assert (code, "WHY=" in answer, ASEL in answer) == (1, True, False)
    assert list_reasons(shop, ASEL) == {reason, "bounced"}
    assert list_notes(services) == []

    assert lift_address(ASEL, services, why="asked at the counter", now=NOW)[0] == 0
    assert list_reasons(shop, ASEL) == set()
    assert list_notes(services) == [("mira", f"stop lifted: bounced, {reason}; asked at the counter", "")]


@pytest.mark.parametrize("typed", [ASEL, "other@example.org", "no address", ""])
def test_address_without_a_stop_is_told_and_nothing_is_noted(shop, services, typed):
    stop_address(shop, "bota@example.org")

    assert lift_address(typed, services, why="a mistake", now=NOW) == (1, "No stop is held of that address.")
    assert list_notes(services) == []
    assert list_reasons(shop, "bota@example.org") == {"bounced"}


def test_count_of_soft_bounces_begins_anew(shop, services):
    rows = services.people.name_rows(Identity(kind="email", value=ASEL))
    for hour in range(4):
        services.table.commit_parts(services.suppressions.count_soft(rows[0], NOW + timedelta(hours=hour)))

    assert lift_address(ASEL, services, why="", now=NOW)[0] == 0

    services.table.commit_parts(services.suppressions.count_soft(rows[0], NOW + timedelta(hours=5)))
    assert not services.suppressions.is_stopped(rows, MailUse.MARKETING, NOW + timedelta(hours=5))


def test_command_says_when_the_stop_changed_meanwhile(shop, services, monkeypatch, capsys):
    stop_address(shop, ASEL)
    monkeypatch.setattr(lift_stop, "current_services", lambda: services)
    monkeypatch.setattr(sys, "argv", ["lift_stop", ASEL])
    commit = services.table.commit_parts

    def lose(_parts):
        raise RaceLostError("transaction")

    monkeypatch.setattr(services.table, "commit_parts", lose)
    assert lift_stop.main() == 1
    assert "run the command again" in capsys.readouterr().out
    monkeypatch.setattr(services.table, "commit_parts", commit)
    assert lift_stop.main() == 0
    assert "Lifted: bounced" in capsys.readouterr().out
