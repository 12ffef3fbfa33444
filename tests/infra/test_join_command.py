"""`make join` and `make part`: staff name two customers by address, phone or id; the answer is a sentence."""

import sys
from datetime import timedelta

import pytest

from infra.staff import join
from infra.staff.join import join_named, part_named, print_pairs
from tests.builders.shop import NOW, a_submission
from tests.builders.signed import account

ANN, ANNA, PHONE = "ann@example.org", "anna@example.net", "+12025550123"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def services(shop, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "mira")
    shop.take(account(1, ANN))
    shop.take(account(2, ANNA, 1))
    shop.take(a_submission(phone=PHONE))
    return shop.services()


@pytest.mark.parametrize("other", [ANNA, f" {ANNA.upper()} ", PHONE, "its id"])
def test_two_customers_are_joined_and_parted_by_any_name(shop, services, other):
    other = shop.find_id(ANNA) if other == "its id" else other
    code, answer = join_named(ANN, other, services, LATER)
    assert code == 0
    joined = answer.partition("Joined: ")[2].partition(".")[0]
    assert shop.find_id(ANN) == joined
    assert part_named(ANN, services, LATER)[0] == 0
    assert shop.find_id(ANN) != joined


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (ANN, "nobody@example.org", "Nobody is known by the second"),
        ("nobody@example.org", ANN, "Nobody is known by the first"),
        ("no such id", ANN, "Nobody is known by the first"),
        (ANN, ANN, "Not joined: they are one customer already."),
    ],
)
def test_what_cannot_be_joined_is_told_without_the_name(services, one, other, told):
    code, answer = join_named(one, other, services, LATER)
    assert (code, told in answer, "@" in answer) == (1, True, False)


def test_only_what_was_joined_is_parted(services):
    assert part_named(ANN, services, LATER) == (1, "Not parted: the record was not joined by staff.")
    assert part_named("nobody@example.org", services, LATER) == (1, "Nobody is known by that name.")


def test_pairs_are_listed_without_names(shop, services, capsys):
    shop.take(account(3, ANN, 5))
    assert print_pairs(services) == 1
    told = capsys.readouterr().out
    assert "same email" in told
    assert "@" not in told


@pytest.mark.parametrize("arguments", [[""], ["--part"], [ANN]])
def test_missing_names_are_asked_for(services, monkeypatch, capsys, arguments):
    monkeypatch.setattr(join, "current_services", lambda: services)
    monkeypatch.setattr(sys, "argv", ["join", *arguments])
    assert join.main() == (0 if arguments == [""] else 1)
    assert "ONE=..." in capsys.readouterr().out
