"""Two customers who may be one: compared masked, joined when they are suggested, parted again within 30 days."""

import secrets

import pytest

from tests.builders.desk import press
from tests.builders.shop import a_submission

ASHA, RAO = "asha@example.com", "rao@example.net"


@pytest.fixture
def ben(desk):
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture
def pair(desk):
    """Return two customers who share a number, noted as a possible double."""
    for email, name in ((ASHA, "Asha Rao"), (RAO, "A. Rao")):
        desk.shop.take(a_submission(email=email, phone="2025550123", name=name))
    first, second = desk.shop.find_id(ASHA), desk.shop.find_id(RAO)
    desk.services.table.commit_parts([desk.services.identities.write_suggestion(first, second, "phone")])
    return first, second


def list_reasons(desk, customer):
    return [line.reason for line in desk.services.audit.list_accesses("2026-03", customer)]


def test_both_are_shown_masked_and_noted_first(desk, ben, pair):
    first, second = pair
    page = press(ben, f"/people/{first}/doubles").body.decode()
    for shown in ("This customer", "The other one", "the same phone number", "a***@example.com", "r***@example.net"):
        assert shown in page
    for hidden in (ASHA, RAO, "Asha Rao", "5550123"):
        assert hidden not in page
    for each in pair:
        assert list_reasons(desk, each) == ["compared as a possible double, shown masked"]
    assert f'name="other" value="{second}"' in page


def test_somebody_without_a_double(desk, ben):
    desk.shop.take(a_submission(email=ASHA))
    page = press(ben, f"/people/{desk.shop.find_id(ASHA)}/doubles").body.decode()
    assert "Nobody shares a name with this customer." in page


def test_joined_and_parted_again(desk, ben, pair):
    first, second = pair
    page = press(ben, f"/people/{first}/join", other=second).body.decode()
    joined = desk.shop.find_id(ASHA)
    assert "The two records are one now." in page
    assert joined == desk.shop.find_id(RAO)
    assert joined not in pair
    assert "They can be parted until 31\xa0March 2026." in page
    assert list_reasons(desk, joined) == ["joined two customers"]
    assert "counts once" in press(ben, f"/people/{first}/join", other=second).body.decode()

    page = press(ben, f"/people/{joined}/part").body.decode()
    assert "The two records are separate again" in page
    assert [desk.shop.find_id(ASHA), desk.shop.find_id(RAO)] == [first, second]
    assert list_reasons(desk, second)[-1] == "parted again"
    assert all(f"/people/{each}" in page for each in pair)


def test_after_thirty_days_nothing_is_offered_and_nothing_parts(desk, ben, pair):
    press(ben, f"/people/{pair[0]}/join", other=pair[1])
    joined = desk.shop.find_id(ASHA)
    desk.wait(days=31)
    ben = desk.hire("staff", "Ben Okafor")
    page = ben.post(f"/people/{joined}", why="counter").body.decode()
    assert "/part" not in page
    answer = press(ben, f"/people/{joined}/part")
    assert (answer.status_code, "cannot be parted now" in answer.body.decode()) == (422, True)


def test_only_a_suggested_double_is_joined(desk, ben, pair):
    desk.shop.take(a_submission(email="bo@example.com"))
    answer = press(ben, f"/people/{pair[0]}/join", other=desk.shop.find_id("bo@example.com"))
    assert (answer.status_code, "not suggested" in answer.body.decode()) == (422, True)
    for other in ("", "x" * 3_000, pair[0]):
        assert press(ben, f"/people/{pair[0]}/join", other=other).status_code == 422


@pytest.mark.parametrize("act", ["join", "part"])
def test_both_ask_for_the_passkey(desk, ben, pair, act):
    desk.wait(minutes=6)
    assert ben.post(f"/people/{pair[0]}/{act}").headers["Location"].startswith("/touch?")


@pytest.mark.parametrize("act", ["join", "part"])
def test_somebody_dismissed_meanwhile_joins_and_parts_nobody(desk, ben, pair, act, monkeypatch):
    first, second = pair
    if act == "part":
        press(ben, f"/people/{first}/join", other=second)
    target, token = desk.shop.find_id(ASHA), ben.read_token()
    gone = desk.services.require_staff(ben.staff_id, 99)
    monkeypatch.setattr(desk.services.staff.__class__, "require_active", lambda *_: gone)
    held = desk.shop.find_id(RAO)
    answer = press(ben, f"/people/{target}/{act}", token=token, other=second, submission=secrets.token_urlsafe(16))
    assert answer.status_code == 409
    assert (desk.shop.find_id(ASHA), desk.shop.find_id(RAO)) == (target, held)
