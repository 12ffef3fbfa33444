"""Sensitive answers on a customer's page: shown after the passkey alone, and each look has its line."""

import json

import pytest

from tests.builders.shop import a_submission

ASHA = "asha@example.com"
YES = {"purpose": "health", "words": "Keep my allergies.", "words_version": "1", "language": "en"}


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def asha(desk):
    """Return a customer with a sensitive detail and a sensitive answer, beside plain ones."""
    said = a_submission(email=ASHA, blood="zero", city="Pune", entry={"allergies": "nuts", "tea": "Assam"})
    body = json.loads(said.body) | {"sensitive": {"blood": "health", "allergies": "health"}, "consents": [YES]}
    assert desk.shop.take(said.model_copy(update={"body": json.dumps(body).encode()})) == "settled"
    return desk.shop.find_id(ASHA)


def read_page(answer):
    assert answer.status_code == 200, (answer.status_code, answer.headers)
    return answer.body.decode()


def list_reasons(desk, customer):
    return [line.reason for line in desk.services.audit.list_accesses("2026-03", customer)]


def test_an_opening_shows_how_many_there_are_and_none_of_them(desk, ben, asha):
    page = read_page(ben.post(f"/people/{asha}", why="counter"))
    assert "Pune" in page
    assert "Assam" in page
    for hidden in ("nuts", "zero", "allergies", "blood"):
        assert hidden not in page.lower().replace("keep my allergies", "")
    assert "Sensitive answers that are not shown here: 2." in page


def test_after_the_passkey_they_are_shown_and_the_look_is_noted_first(desk, ben, asha):
    page = read_page(ben.post(f"/people/{asha}/sensitive"))
    assert "nuts" in page
    assert "zero" in page
    assert "not shown here" not in page
    assert list_reasons(desk, asha) == ["looked at sensitive answers"]
    assert "a member of staff looked at your sensitive answers" in page  # as the customer reads it
    assert "nuts" not in read_page(ben.post(f"/people/{asha}", why="counter"))


def test_an_older_sign_in_must_show_the_passkey_first(desk, ben, asha):
    token = ben.read_token()
    desk.wait(minutes=5, seconds=1)
    answer = ben.post(f"/people/{asha}/sensitive", token=token)
    assert answer.headers["Location"].startswith("/touch")
    assert list_reasons(desk, asha) == []


def test_no_act_shows_them_and_nothing_is_said_where_there_are_none(desk, ben, asha):
    page = read_page(ben.post(f"/people/{asha}/note", note="Likes tea", submission="x" * 22))
    assert "nuts" not in page
    desk.shop.take(a_submission(email="bo@example.com", name="Bo"))
    assert "Sensitive answers" not in read_page(ben.post(f"/people/{desk.shop.find_id('bo@example.com')}", why="other"))
