"""The code of a friend: from the address of a form's page into the post, and no further where the shop takes none."""

import pytest

from chalicelib.models.friend_codes import make_code, write_code
from chalicelib.shop import own
from tests.builders.api import open_api
from tests.builders.form_posts import ANSWERS, OWN, PAGE, browse, post, read_inbox, read_token
from tests.builders.own import open_own, write_own
from tests.builders.surveys import write_survey

CODE = make_code("asha")


@pytest.fixture
def api(shop, tables, cloud, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", OWN)
    with open_api(shop, tables, cloud, monkeypatch) as client:
        yield client


@pytest.fixture
def friends(tmp_path, monkeypatch):
    """Let the shop take codes of friends."""
    with open_own(tmp_path, monkeypatch):
        write_own(own.FOLDER, "referrals.toml", "refund_days = 14\n")
        yield


def open_page(api, code, language="en"):
    return api.call("GET", f"/forms/sign-up?lang={language}&friend_code={code}", accept=PAGE)


def read_bodies(shop):
    return [each.body.decode() for each in read_inbox(shop)]


def test_the_page_sends_the_code_of_its_address_and_keeps_it_in_other_languages(api, shop, friends):
    page = open_page(api, write_code(CODE).lower())
    text = page.body.decode()
    assert f'name="friend_code" value="{CODE}"' in text
    assert f"?lang=fa&amp;friend_code={CODE}" in text

    answers = {**ANSWERS, "friend_code": CODE, "page_token": read_token(page)}
    assert browse(api, answers=answers).status_code in (200, 303)

    (body,) = read_bodies(shop)
    assert f'"friend":"{CODE}"' in body


def test_an_anonymous_form_takes_no_code(api, friends):
    write_survey(own.FOLDER)
    page = api.call("GET", f"/forms/mood?lang=en&friend_code={CODE}", accept=PAGE)
    assert page.status_code == 200
    assert CODE not in page.body.decode()


def test_a_page_that_shows_faults_keeps_the_code(api, friends):
    answer = browse(api, answers={"email": "no address", "friend_code": CODE})
    assert answer.status_code == 422
    assert f'name="friend_code" value="{CODE}"' in answer.body.decode()


def test_a_page_that_names_nobody_keeps_no_code(api, friends):
    write_survey(own.FOLDER, "mood")
    shown = api.call("GET", f"/forms/mood?friend_code={CODE}", accept=PAGE)
    again = browse(api, "mood", {"score": "eleven", "friend_code": CODE})
    for answer, status in ((shown, 200), (again, 422)):
        assert answer.status_code == status
        assert "friend_code" not in answer.body.decode()


@pytest.mark.parametrize("code", ["", "x", CODE[:-1], f"{CODE}%22%3E", "%00"])
def test_an_address_without_a_code_that_may_be_one_opens_the_plain_form(api, friends, code):
    page = open_page(api, code)
    assert page.status_code == 200
    assert "friend_code" not in page.body.decode()


@pytest.mark.parametrize("code", ["x", CODE[:-1], "<b>", 7, ["a"]])
def test_a_post_with_what_is_no_code_is_refused_by_its_name_alone(api, shop, friends, code):
    answer = post(api, answers={"friend_code": code})
    assert answer.status_code == 422
    assert list(answer.json_body["fields"]) == ["friend_code"]
    assert str(code) not in answer.body.decode().replace('"friend_code"', "") or code == "x"
    assert read_bodies(shop) == []


def test_a_shop_without_the_file_shows_and_keeps_no_code(api, shop):
    assert "friend_code" not in open_page(api, CODE).body.decode()
    assert post(api, answers={"friend_code": CODE}).status_code == 202
    (body,) = read_bodies(shop)
    assert CODE not in body
    assert '"friend"' not in body
