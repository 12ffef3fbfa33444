"""Staff see enough of a waiting item to judge it: masked, and each look is in the audit before anything is shown."""

import sys

import pytest

from chalicelib.models import utc_text
from infra.staff import look
from tests.builders.shop import NOW, a_submission
from tests.builders.stages import open_here

ASHA = "asha@example.org"


@pytest.fixture
def show(shop, monkeypatch, capsys):
    """Return a function that runs the command and returns its exit status and what it printed."""
    monkeypatch.setattr(look, "current_services", shop.services)
    monkeypatch.setattr(look, "stage_now", lambda: NOW)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["look", *arguments])
        monkeypatch.setattr(look, "open_stage", open_here)
        status = look.main()
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


def list_lines(shop):
    return [(line.customer, line.reason) for line in shop.services().audit.list_accesses(utc_text(NOW)[:7])]


def test_a_look_shows_names_and_masks_values(shop, show):
    key = shop.quarantine(a_submission(email=ASHA, name="Asha Rao"))
    status, shown = show("--key", key)

    assert status == 0
    assert "quarantined" in shown
    assert "typed too often" in shown
    assert "a... (16 signs)" in shown
    assert "fields.name" in shown
    assert "Asha" not in shown
    assert ASHA not in shown
    assert list_lines(shop) == [(key, "looked at a waiting item: to judge it")]


def test_an_item_is_opened_with_a_reason_under_the_customer_whom_it_names(shop, show):
    shop.take(a_submission(email=ASHA))
    key = shop.quarantine(a_submission(email=ASHA, name="Asha Rao", at=NOW.replace(hour=13)))

    assert show("--key", key, "--open", "yes")[0] == 2
    assert list_lines(shop) == []
    status, shown = show("--key", key, "--open", "yes", "--why", "she telephoned")
    assert status == 0
    assert "Asha Rao" in shown
    assert list_lines(shop) == [(shop.find_id(ASHA), "opened a waiting item: she telephoned")]


def test_a_body_of_any_shape_is_shown(shop, show):
    key = shop.accept(a_submission().model_copy(update={"body": b"\xff[1, "}))
    assert "body" in show("--key", key)[1]


def test_what_waits_no_more_is_not_shown(shop, show):
    assert show("--key", "")[0] == 2
    assert show("--key", "nothing") == (1, "Nothing waits under that key.\n")
    key = shop.accept(a_submission(email=ASHA))
    shop.take(a_submission(email=ASHA))
    assert show("--key", key)[0] == 1
    assert list_lines(shop) == []
