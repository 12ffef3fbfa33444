"""The form behind a mail's link: a GET shows it and answers nothing, a POST is the customer's, no name is asked."""

import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from chalicelib.forms import library
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.pages.context import LinkWords
from chalicelib.store.links import make_token, name_token
from chalicelib.words import find_words
from tests.builders.form_posts import FORM, PAGE, fresh_token, read_token
from tests.builders.links import break_table, browse, put_link, read_inbox
from tests.builders.scanners import AHEAD, SCANNERS
from tests.builders.workshop import put_example

LANGUAGES = ("en", "hi", "bn", "kk", "fa")
SITE = "http://127.0.0.1:8000"


def send(api, token, form="survey", **answers):
    """Post the page's form as a browser does: its policy lets no referrer out, so the Origin is null."""
    given = {"page_token": fresh_token("survey"), "language": "en", **answers}
    headers = {"accept": PAGE, "content_type": FORM, "origin": "null"}
    return api.post(f"/answer/{form}/{token}", urlencode(given, doseq=True).encode(), **headers)


def read_answers(shop):
    return [said for topic, said in read_inbox(shop) if topic == "answer"]


def list_checked(answer):
    """Return the value of each button of the score that is chosen."""
    return re.findall(r'name="score" value="(-?\d+)" checked', answer.body.decode())


@pytest.fixture
def change_form(monkeypatch):
    """Return a function that changes the survey as a shop's own file would."""
    load = library.load_form

    def change(**changes):
        form = find_form("survey").model_copy(update=changes)
        monkeypatch.setattr(library, "load_form", lambda path: form if path.stem == "survey" else load(path))

    return change


# ---- shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_asks_all_but_who_one_is_and_says_that_the_shop_knows(api, tables, language):
    token = put_link(tables, "answer", language=language)
    answer = browse(api, f"/answer/survey/{token}?score=9")
    page, words = answer.body.decode(), find_words(language, "links", LinkWords)

    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
    assert {"score", "why", "why_us", "found_us", "consent_marketing"} <= set(re.findall(r'name="(\w+)"', page))
    assert not {"name", "email", "phone", "address"} & set(re.findall(r'name="(\w+)"', page))
    assert words.known.format(shop=find_interface(language).isolate("Corner Shop")) in unescape(page)
    assert list_checked(answer) == ["9"]
    plain = re.search(r'href="([^"]+)" rel="noreferrer">([^<]+)<', page)
    assert unescape(plain[1]) == f"{SITE}/forms/survey?lang={language}&score=9"
    assert plain[2] == words.unnamed
    assert f'action="{SITE}/answer/survey/{token}"' in page
    assert f'href="{SITE}/answer/survey/{token}?lang=kk&amp;score=9"' in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_form_without_a_name_keeps_the_score_and_asks_who_one_is(api):
    answer = browse(api, "/forms/survey?lang=en&score=9")

    assert list_checked(answer) == ["9"]
    assert 'name="email"' in answer.body.decode()
    assert "noreferrer" not in answer.body.decode()


@pytest.mark.parametrize("score", ["11", "-1", "1e1", "09", "9.0", "", "%20", "٩", "x" * 200, "%22%3E%3Cspy%3E"])
def test_a_wrong_score_is_ignored_and_repeated_nowhere(api, tables, score):
    answer = browse(api, f"/answer/survey/{put_link(tables, 'answer')}?score={score}")
    page = answer.body.decode()

    assert answer.status_code == 200
    assert list_checked(answer) == []
    assert "spy" not in page
    assert not re.search("[?;&]score=", page)


def test_a_form_with_another_name_for_its_score_takes_the_number_too(api, tables, change_form):
    fields = find_form("survey").fields
    change_form(fields=(fields[1], fields[0].model_copy(update={"name": "liked", "most": 5})), one_of=())
    token = put_link(tables, "answer")

    assert 'name="liked" value="4" checked' in browse(api, f"/answer/survey/{token}?score=4").body.decode()
    assert " checked" not in browse(api, f"/answer/survey/{token}?score=9").body.decode()


def test_a_form_without_a_score_ignores_the_number(api, tables, change_form):
    change_form(fields=find_form("survey").fields[1:2], one_of=())
    answer = browse(api, f"/answer/survey/{put_link(tables, 'answer')}?score=4")

    assert answer.status_code == 200
    assert "score=" not in answer.body.decode()


def test_a_get_is_a_visit_and_no_answer(api, shop, tables):
    token = put_link(tables, "answer")
    for score in range(11):
        browse(api, f"/answer/survey/{token}?score={score}")

    assert read_inbox(shop) == [
        ("click", {"link": name_token(token), "by": "person", "campaign": "survey-invitation", "mail_id": "m1"})
    ]


def test_head_and_scanners_are_machines_and_answer_nothing(api, shop, tables):
    token = put_link(tables, "answer")
    browse(api, f"/answer/survey/{token}?score=0", "HEAD")
    for agent in SCANNERS.values():
        assert browse(api, f"/answer/survey/{token}?score=0", **{"user-agent": agent}).status_code == 200

    assert [(topic, said["by"]) for topic, said in read_inbox(shop)] == [("click", "machine")]


@pytest.mark.parametrize("headers", AHEAD.values(), ids=AHEAD)
def test_looking_ahead_leaves_no_trace(api, shop, tables, headers):
    answer = browse(api, f"/answer/survey/{put_link(tables, 'answer')}?score=9", **headers)

    assert (answer.status_code, shop.read_all("inbox")) == (204, [])


# ---- kept


def test_an_answer_names_the_link_and_nobody_else(api, shop, tables):
    token = put_link(tables, "answer")
    answer = send(api, token, score="9", why="Good tea", consent_marketing="2026-11-30")

    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "Thank you for your answer" in answer.body.decode()
    [said] = read_answers(shop)
    assert (said["link"], said["form"], said["kind"]) == (name_token(token), "survey", "survey")
    assert said["entry"] == {"score": 9, "why": "Good tea"}
    assert [ask["purpose"] for ask in said["consents"]] == ["marketing"]
    assert (said["campaign"], said["mail_id"], said["network"]) == ("survey-invitation", "m1", "127.0.0.0/24")
    assert token not in json.dumps(said)


def test_a_post_without_a_page_is_led_to_the_forms_own_thanks(api, tables):
    answer = send(api, put_link(tables, "answer"), score="9", page_token="")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{SITE}/forms/survey/thanks?lang=en&number=")


def test_a_form_that_asks_by_mail_announces_none(api, shop, tables):
    token = put_link(tables, "answer", form="sign-up", language="fa")
    answer = send(api, token, form="sign-up", language="fa", consent_marketing="yes", page_token=fresh_token())

    assert answer.status_code == 200
    assert find_words("fa", "links", LinkWords).confirmed_title in answer.body.decode()
    assert [said["form"] for said in read_answers(shop)] == ["sign-up"]


def test_a_program_is_told_that_it_was_kept_and_then_that_it_is_known(api, tables):
    path, body = f"/answer/survey/{put_link(tables, 'answer')}", b'{"score": 3}'

    assert [api.post(path, body).status_code for _ in range(2)] == [202, 200]


def test_one_page_posted_twice_is_kept_once_and_a_correction_is_kept_too(api, shop, tables):
    token, page = put_link(tables, "answer"), fresh_token("survey")
    for score in ("9", "9", "8"):
        assert send(api, token, score=score, page_token=page).status_code == 200

    assert sorted(said["entry"]["score"] for said in read_answers(shop)) == [8, 9]


def test_the_same_answer_through_two_mails_is_two_answers(api, shop, tables):
    page = fresh_token("survey")
    for _ in range(2):
        send(api, put_link(tables, "answer"), score="9", page_token=page)

    assert len({said["link"] for said in read_answers(shop)}) == 2


@pytest.mark.parametrize("name", ["name", "email", "phone", "address", "link", "colour"])
def test_who_one_is_cannot_be_said_there(api, shop, tables, name):
    path = f"/answer/survey/{put_link(tables, 'answer')}"
    answer = api.post(path, json.dumps({"score": 9, name: "asel@example.org"}).encode())

    assert (answer.status_code, json.loads(answer.body)["fields"]) == (422, {name: "unknown"})
    assert b"asel" not in answer.body
    assert shop.read_all("inbox") == []


def test_a_fault_shows_the_page_again_with_all_that_was_typed(api, shop, tables):
    token = put_link(tables, "answer", language="fa")
    answer = send(api, token, score="11", why="چای خوب", language="fa")
    page = answer.body.decode()

    assert (answer.status_code, answer.headers["Content-Language"]) == (422, "fa")
    assert "چای خوب" in page
    assert find_words("fa", "links", LinkWords).unnamed in page
    assert 'name="email"' not in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert read_answers(shop) == []


def test_an_empty_answer_is_refused_as_on_the_form_itself(api, shop, tables):
    token = put_link(tables, "answer")

    assert send(api, token).status_code == 422
    assert read_answers(shop) == []


def test_a_machine_that_presses_at_once_is_asked_and_answers_nothing(api, shop, tables):
    token = put_link(tables, "answer")
    page = read_token(browse(api, f"/answer/survey/{token}?score=9"))
    api.millis += 300
    answer = send(api, token, score="9", page_token=page)

    assert answer.status_code == 422
    assert 'name="page_answer"' in answer.body.decode()
    assert read_answers(shop) == []
    api.millis += 3_000
    assert send(api, token, score="9", page_token=page).status_code == 200


# ---- gone


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("why", ["unknown", "malformed", "expired", "another kind", "another form"])
def test_a_link_that_is_gone_offers_the_form_without_a_name(api, shop, tables, why, method):
    kept = {
        "unknown": make_token,
        "malformed": lambda: "x",
        "expired": lambda: put_link(tables, "answer", expires_at=api.now - timedelta(seconds=1)),
        "another kind": lambda: put_link(tables, "go"),
        "another form": lambda: put_link(tables, "answer", form="warranty"),
    }
    token = kept[why]()
    answer = browse(api, f"/answer/survey/{token}?score=9&lang=kk", method)
    page = answer.body.decode()

    assert answer.status_code == 404
    assert f'href="{SITE}/forms/survey?lang=kk&amp;score=9"' in page
    assert find_words("kk", "links", LinkWords).unnamed in page
    assert token == "x" or token not in page
    assert shop.read_all("inbox") == []


@pytest.mark.parametrize("form", ["gone", "preferences", "..%2Fsurvey"])
def test_a_form_that_is_gone_is_not_offered(api, tables, form):
    answer = browse(api, f"/answer/{form}/{put_link(tables, 'answer', form='gone')}")

    assert answer.status_code == 404
    assert "/forms/" not in answer.body.decode()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_form_that_a_parent_confirms_is_answered_at_its_own_page(api, shop, tables, tmp_path, monkeypatch, method):
    form = put_example(tmp_path, monkeypatch)
    answer = browse(api, f"/answer/{form.name}/{put_link(tables, 'answer', form=form.name)}?score=9", method)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{SITE}/forms/{form.name}?lang=en")
    assert shop.read_all("inbox") == []


def test_what_could_not_be_kept_is_shown_again(api, own_tables, tables):
    token = put_link(tables, "answer")
    with break_table(tables, "inbox"):
        assert browse(api, f"/answer/survey/{token}").status_code == 200  # only the note of the visit is lost
        answer = send(api, token, why="Good tea")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Good tea" in answer.body.decode()
    with break_table(tables, "links"):
        assert browse(api, f"/answer/survey/{token}").status_code == 503
