"""The answer to a kept post: what was sent, masked; a number; what happens next. No address holds an answer."""

import re
from html import unescape

import pytest

from chalicelib.forms import library
from chalicelib.forms.library import find_form
from chalicelib.models.numbers import SHAPE, write_number
from tests.builders.api import open_api, read_json
from tests.builders.form_posts import ANSWERS, OWN, PAGE, browse, fresh_token, post, read_inbox
from tests.builders.workshop import ADULT_POST, CHILD_POST, put_example

SITE = "https://www.shop.example"
ORDER = {
    "item": "Blue teapot",
    "quantity": "2",
    "needed_by": "2026-12-24",
    "handover": "delivery",
    "name": "Asha Rao",
    "email": "asha@example.com",
    "phone": "+49 30 555 77 77",
    "address": "1 Main Street\nSpringfield",
    "note": "Please ring twice, the bell is old. " * 5,
    "consent_marketing": "yes",
}


@pytest.fixture
def api(shop, tables, cloud, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", OWN)
    with open_api(shop, tables, cloud, monkeypatch) as client:
        yield client


def read_rows(answer):
    """Return what a page repeats of the answers, by question."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd><bdi>(.*?)</bdi></dd>", answer.body.decode(), re.DOTALL)
    return {unescape(label): unescape(value) for label, value in pairs}


def read_shown(answer):
    """Return the number that a page shows, or ""."""
    found = re.search(r'<strong dir="ltr">([^<]+)</strong>', answer.body.decode())
    return found[1] if found else ""


def test_the_page_after_a_post_repeats_it_masked(api):
    answer = browse(api, "pre-order", {**ORDER, "language": "en", "page_token": fresh_token("pre-order")})

    assert answer.status_code == 200
    assert read_rows(answer) == {
        "What would you like?": "Blue teapot",
        "How many?": "2",
        "Needed by": "24\u00a0December 2026",
        "How would you like to get it?": "Please deliver it",
        "Name": "A***",
        "Email": "a***@example.com",
        "Phone": "***77",
        "Postal address": "given",
        "Anything else?": "Please ring twice, the bell is old. Please ring twice, the b…",
        "You agreed to this": find_form("pre-order").consents[0].say("en", "Corner Shop"),
    }
    assert not re.search("asha@|Rao|555|Main Street", answer.body.decode())


def test_the_page_speaks_the_language_of_the_post(api):
    sent = {**ORDER, "language": "fa", "page_token": fresh_token("pre-order")}
    rows = read_rows(browse(api, "pre-order", sent))

    assert (rows["چند تا؟"], rows["چطور می‌خواهید تحویل بگیرید؟"]) == ("۲", "ارسال به نشانی من")
    assert "۱۴۰۵" in rows["آخرین مهلت تحویل"]
    assert rows["نشانی پستی"] == "وارد شده"


def test_a_reload_of_the_page_is_the_same_post_and_says_the_same(api, shop):
    sent = {**ORDER, "page_token": fresh_token("pre-order")}
    first, again = browse(api, "pre-order", sent), browse(api, "pre-order", sent)
    api.millis += 3_600_000
    later = browse(api, "pre-order", sent)

    assert [answer.status_code for answer in (first, again, later)] == [200, 200, 200]
    assert first.body == again.body == later.body
    assert len(read_inbox(shop)) == 1


def test_the_number_is_the_posts_own_for_a_program_a_person_and_staff(api, shop):
    sent = {**ANSWERS, "page_token": fresh_token(), "language": "en"}
    shown = read_shown(browse(api, answers=sent))
    told = read_json(post(api, answers=sent))
    [row] = shop.read_all("inbox")

    assert SHAPE.fullmatch(shown)
    assert told == {"status": "duplicate", "number": shown}
    assert write_number(row["pk"]["S"]) == shown
    assert read_json(post(api, answers={"name": "Asha"}))["number"] != shown


def test_a_post_whose_reload_would_be_kept_twice_is_led_to_a_page_with_the_number_alone(api, shop):
    answer = browse(api, "pre-order", ORDER, accept_language="kk")
    place, _, number = answer.headers["Location"].partition("&number=")
    page = api.call("GET", answer.headers["Location"].removeprefix(OWN), accept=PAGE)

    assert (answer.status_code, place) == (303, f"{OWN}/forms/pre-order/thanks?lang=kk")
    assert read_shown(page) == number == write_number(shop.read_all("inbox")[0]["pk"]["S"])
    assert read_rows(page) == {}


@pytest.mark.parametrize("number", ["", "AAA-AAAA", "call 555-0199", "<b>K7F-3MQ9</b>", "K7F-3MQ9x"])
def test_a_link_to_the_thanks_shows_no_text_but_a_number(api, number):
    page = api.call("GET", f"/forms/survey/thanks?lang=en&number={number.replace(' ', '%20')}", accept=PAGE)

    assert page.status_code == 200
    assert read_shown(page) == ""
    assert not number or number.encode() not in page.body


def test_a_post_that_names_a_page_is_led_there(api, monkeypatch):
    form = find_form("sign-up").model_copy(update={"origins": (SITE,), "redirects": (f"{SITE}/hello",)})
    monkeypatch.setattr(library, "load_form", lambda path: form)
    sent = {**ANSWERS, "page_token": fresh_token(), "redirect": f"{SITE}/hello"}

    assert browse(api, answers=sent).headers["Location"] == f"{SITE}/hello"


def test_no_answer_page_is_stored_or_shown_by_another_site(api):
    answer = browse(api, answers={**ANSWERS, "page_token": fresh_token()})
    plain = api.call("GET", "/forms/survey", accept=PAGE)

    assert answer.headers["Cache-Control"] == "no-store"
    names = ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Vary")
    assert [answer.headers[name] for name in names] == [plain.headers[name] for name in names]
    assert "Set-Cookie" not in answer.headers
    assert post(api).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", sorted(library.list_forms()))
@pytest.mark.parametrize("language", ["en", "hi", "bn", "kk", "fa"])
def test_what_happens_next_stands_on_the_page_and_in_what_is_embedded(api, name, language):
    form = find_form(name)
    page = api.call("GET", f"/forms/{name}/thanks?lang={language}", accept=PAGE).body.decode()
    shown = read_json(api.call("GET", f"/forms/{name}/schema?lang={language}"))["x-form"]

    assert form.next is not None
    assert shown["next"] == form.next[language]
    assert form.next[language] in unescape(page)


def test_a_form_without_a_word_on_what_is_next_says_nothing(api, monkeypatch):
    form = find_form("survey").model_copy(update={"next": None})
    monkeypatch.setattr(library, "load_form", lambda path: form)

    assert "What happens next" not in api.call("GET", "/forms/survey/thanks?lang=en", accept=PAGE).body.decode()


def test_sensitive_answers_and_a_parents_address_are_not_repeated(api, tmp_path, monkeypatch):
    put_example(tmp_path, monkeypatch)
    adult = {**ADULT_POST, "allergies": "peanuts", "consent_health": "yes", "language": "en", "submission": "a1b2c3d4"}
    child = {**CHILD_POST, "language": "en", "submission": "a1b2c3d5"}
    grown, young = browse(api, "workshop", adult), browse(api, "workshop", child)

    assert "peanuts" not in grown.body.decode()
    assert "given" in read_rows(grown).values()
    assert "m***@example.net" in read_rows(young).values()
    assert "maryam" not in young.body.decode()
