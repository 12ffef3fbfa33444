"""Posts that look like a machine's: each is answered with a question, and kept once a person has answered it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from botocore.exceptions import ClientError

from chalicelib.door import open_door
from chalicelib.models import Trust
from chalicelib.routes.form_posts import limit_form
from chalicelib.settling.dispatch import sweep_inbox
from tests.builders.api import open_api, read_json
from tests.builders.form_posts import ANSWERS, OWN, browse, fresh_token, post, read_inbox, read_token, solve_question
from tests.builders.shop import NOW

pytestmark = pytest.mark.usefixtures("single_optin")  # a form with `confirm` has no stopwatch

SUSPECT = {
    "honeypot": {"referral_note": "pills"},
    "honeypot of spaces": {"referral_note": "  "},
    "too fast": {"page_token": 0},
    "a second": {"page_token": 1},
    "from the future": {"page_token": -86_400},
    "both": {"referral_note": "pills", "page_token": 0},
    "an old page and the honeypot": {"referral_note": "pills", "page_token": 200_000},
}


@pytest.fixture
def api(shop, tables, cloud, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", OWN)
    with open_api(shop, tables, cloud, monkeypatch) as client:
        yield client


def make_suspect(name, form="sign-up"):
    given = dict(SUSPECT[name])
    if "page_token" in given:
        given["page_token"] = fresh_token(form, age=given["page_token"])
    return {**ANSWERS, **given}


def read_question(page):
    """Return the question that a page asks, or ""."""
    found = re.search(r'<label class="ask" for="f-page_answer">(.*?) <span', page.body.decode())
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize("name", SUSPECT)
def test_a_browser_gets_the_page_again_with_a_question_and_its_answer_is_kept(api, shop, name):
    sent = make_suspect(name)
    page = browse(api, answers=sent)

    text = page.body.decode()
    assert (page.status_code, shop.read_all("inbox")) == (422, [])
    assert 'value="asha@example.com"' in text
    assert "pills" not in text
    assert 'role="alert" tabindex="-1" autofocus' in text
    assert '<a href="#f-page_answer">' in text
    assert 'aria-describedby="h-page_answer e-page_answer" aria-invalid="true" required' in text
    answered = {**sent, "page_token": read_token(page), "page_answer": solve_question(read_question(page))}
    assert browse(api, answers=answered).status_code in (200, 303)
    assert [b"page_answer" in each.body for each in read_inbox(shop)] == [False]
    assert [row["state"]["S"] for row in shop.read_all("inbox")] == ["new"]


@pytest.mark.parametrize("name", SUSPECT)
def test_a_program_is_told_the_question_and_its_answer_is_kept(api, shop, name):
    sent = make_suspect(name)
    refusal = post(api, answers=sent)

    told = read_json(refusal)
    assert (refusal.status_code, told["fields"]) == (422, {"page_answer": "unanswered"})
    assert told["messages"] == {"page_answer": "Please answer this question."}
    assert (told["question"]["name"], shop.read_all("inbox")) == ("page_answer", [])
    given = {"page_token": told["question"]["page_token"], "page_answer": solve_question(told["question"]["label"])}
    assert post(api, answers={**sent, **given}).status_code == 202
    assert post(api, answers={**sent, **given}).status_code == 200
    assert [row["state"]["S"] for row in shop.read_all("inbox")] == ["new"]


@pytest.mark.parametrize("language", ["en", "hi", "bn", "kk", "fa"])
def test_the_question_speaks_the_language_of_the_page(api, shop, language):
    sent = {**ANSWERS, "language": language, "referral_note": "x"}
    page = browse(api, answers=sent)
    answered = {**sent, "page_token": read_token(page), "page_answer": solve_question(read_question(page), language)}

    assert browse(api, answers=answered).status_code == 200
    assert len(read_inbox(shop)) == 1


@pytest.mark.parametrize("wrong", ["99", "x", "0", "one hundred"])
def test_a_wrong_answer_is_asked_another_question(api, shop, wrong):
    sent = {**ANSWERS, "page_token": fresh_token(age=0)}
    asked = read_question(browse(api, answers=sent))
    again = browse(api, answers={**sent, "page_answer": wrong})

    assert (again.status_code, shop.read_all("inbox")) == (422, [])
    assert "That is not the right answer." in again.body.decode()
    assert solve_question(read_question(again)) != solve_question(asked)
    assert f'value="{wrong}"' not in again.body.decode()


@pytest.mark.parametrize(("given", "reason"), [("", "unanswered"), (" ", "unanswered"), ("99", "wrong_answer")])
def test_a_question_that_was_shown_must_be_answered_however_late(api, shop, given, reason):
    answer = post(api, answers={"page_token": fresh_token(age=60), "page_answer": given})

    assert (answer.status_code, read_json(answer)["fields"]) == (422, {"page_answer": reason})
    assert shop.read_all("inbox") == []


def test_an_answer_counts_for_its_page_alone(api, shop):
    question = read_json(post(api, answers={"referral_note": "x"}))["question"]
    right = {"referral_note": "x", "page_answer": solve_question(question["label"])}

    assert read_json(post(api, answers=right))["fields"] == {"page_answer": "unanswered"}
    forged = post(api, answers={**right, "page_token": question["page_token"][:-4] + "AAAA"})
    assert read_json(forged)["fields"] == {"page_token": "forged"}
    assert shop.read_all("inbox") == []


@pytest.mark.parametrize("value", [7, True, None, ["7"], {}])
def test_an_answer_that_is_no_text_is_refused_by_name(api, value):
    answer = post(api, answers={"page_answer": value, "referral_note": "x"})

    assert (answer.status_code, read_json(answer)["fields"]) == (422, {"page_answer": "wrong_type"})


@pytest.mark.parametrize(
    ("sent", "faults"),
    [
        ({"referral_note": "y"}, {"page_answer": "unanswered"}),
        ({"page_token": 0, "page_answer": "99"}, {"page_answer": "wrong_answer"}),
        ({"page_token": 0}, {}),  # the next press is not too fast
    ],
)
def test_the_question_and_other_faults_are_told_at_once(api, sent, faults):
    token = {"page_token": fresh_token(age=0)} if "page_token" in sent else {}
    answer = post(api, answers={**sent, **token, "email": "x"})

    assert read_json(answer)["fields"] == {"email": "invalid", **faults}


def test_an_answered_page_that_could_not_be_kept_keeps_its_question_and_answer(api, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem")

    sent = {**ANSWERS, "page_token": fresh_token(age=0)}
    right = solve_question(read_question(browse(api, answers=sent)))
    monkeypatch.setattr(open_door().inbox.table.client, "put_item", refuse)
    page = browse(api, answers={**sent, "page_answer": right})

    assert (page.status_code, read_token(page)) == (503, sent["page_token"])
    assert solve_question(read_question(page)) == right
    assert f'value="{right}"' in page.body.decode()


@pytest.mark.parametrize("send", [browse, post])
def test_pressing_the_same_page_again_later_is_kept_and_settled(api, shop, send):
    sent = {**ANSWERS, "page_token": fresh_token(age=1)}
    first = send(api, answers=sent)
    api.millis += 3000
    second = send(api, answers=sent)
    sweep_inbox(shop.services(), NOW + timedelta(hours=1))

    assert (first.status_code, second.status_code) == (422, 200 if send is browse else 202)
    assert shop.read_profile("asha@example.com")


def test_a_bare_post_that_a_manager_filled_in_does_not_swallow_the_honest_one(api, shop):
    first, second = post(api, answers={"referral_note": "x"}), post(api)
    sweep_inbox(shop.services(), NOW + timedelta(hours=1))

    assert (first.status_code, second.status_code) == (422, 202)
    assert shop.read_profile("asha@example.com")


@pytest.mark.parametrize("age", [0, 1, 60, -86_400])
def test_a_form_with_double_optin_has_no_stopwatch(api, shop, age):
    answer = browse(api, "newsletter", {**ANSWERS, "page_token": fresh_token("newsletter", age)})

    assert answer.status_code in (200, 303)
    [kept] = read_inbox(shop)
    assert kept.trust == (Trust.OWN if age >= 0 else Trust.ANONYMOUS)


def test_a_form_with_double_optin_asks_where_its_honeypot_is_filled(api, shop):
    answer = browse(api, "newsletter", {**ANSWERS, "referral_note": "x"})

    assert (answer.status_code, bool(read_question(answer)), shop.read_all("inbox")) == (422, True, [])


def test_no_page_asks_before_it_must(api):
    limit_form.cache_clear()
    pages = [api.call("GET", "/forms/survey", accept="text/html"), browse(api, "survey", {"email": "x"})]

    assert [read_question(page) for page in pages] == ["", ""]


def test_the_honeypot_is_not_shown_and_tells_managers_to_pass_it_over(api):
    page = api.call("GET", "/forms/survey", accept="text/html").body.decode()
    [box] = re.findall(r"<input [^>]*referral_note[^>]*>", page)

    assert ".more { display: none; }" in page
    assert f'<div class="more">\n<label for="f-referral_note">Please leave this box empty</label>\n{box}' in page
    for mark in ('autocomplete="off"', "data-1p-ignore", "data-bwignore", 'data-lpignore="true"', 'value=""'):
        assert mark in box
