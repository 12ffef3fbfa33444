"""Forms through the whole app: what is kept, what a browser sees, what a program is told, and who may post at all."""

import gzip
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

from chalicelib.door import open_door
from chalicelib.door.budget import REFILL
from chalicelib.forms import library
from chalicelib.forms.library import find_form
from chalicelib.models import Trust
from chalicelib.routes.form_posts import limit_form
from chalicelib.settling.dispatch import sweep_inbox
from tests.builders.api import open_api, read_json
from tests.builders.form_posts import ANSWERS, FORM, OWN, PAGE, browse, fresh_token, post, read_inbox, read_token
from tests.builders.shop import NOW

SITE = "https://www.shop.example"


@pytest.fixture
def api(shop, tables, cloud, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", OWN)
    with open_api(shop, tables, cloud, monkeypatch) as client:
        yield client


@pytest.fixture
def allowed(monkeypatch):
    """Let SITE post the sign-up form, and lead there afterwards."""
    form = find_form("sign-up").model_copy(update={"origins": (SITE,), "redirects": (f"{SITE}/hello",)})
    load = library.load_form
    monkeypatch.setattr(library, "load_form", lambda path: form if path.stem == "sign-up" else load(path))
    return form


# Kept ---------------------------------------------------------------------------------------------------------------


def test_a_program_is_told_that_it_was_kept_and_then_that_it_is_known(api, shop):
    first, second = post(api), post(api)

    number = read_json(first)["number"]
    assert (first.status_code, read_json(first)) == (202, {"status": "accepted", "number": number})
    assert (second.status_code, read_json(second)) == (200, {"status": "duplicate", "number": number})
    (kept,) = read_inbox(shop)
    assert (kept.topic, kept.trust, kept.network) == ("sign-up", Trust.ANONYMOUS, "127.0.0.0/24")
    assert kept.received_at == NOW


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain;charset=UTF-8"])
def test_json_is_taken_also_as_a_beacon(api, kind):
    assert post(api, content_type=kind).status_code == 202


def test_all_ways_of_posting_mean_the_same(api, shop):
    boundary = "".join(
        f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in ANSWERS.items()
    )
    answers = [
        api.post("/forms/sign-up", (boundary + "--XX--").encode(), content_type="multipart/form-data; boundary=XX"),
        api.post("/forms/sign-up", urlencode(ANSWERS).encode(), content_type=FORM),
        post(api),
    ]

    assert [answer.status_code for answer in answers] == [202, 200, 200]


def test_a_browser_is_shown_the_thanks_in_its_language(api):
    answer = browse(api, answers={**ANSWERS, "language": "fa", "page_token": fresh_token()})

    assert answer.status_code == 200
    assert find_form("sign-up").thanks_title["fa"] in answer.body.decode()
    assert "asha" not in str(answer.headers)


def test_a_page_of_ours_is_trusted_more_than_a_bare_post(api, shop):
    browse(api, answers={**ANSWERS, "page_token": fresh_token()})

    (kept,) = read_inbox(shop)
    assert kept.trust == Trust.OWN


def test_a_corrected_second_post_of_one_page_is_kept_too(api, shop):
    token = fresh_token()
    browse(api, answers={**ANSWERS, "page_token": token})
    browse(api, answers={**ANSWERS, "page_token": token, "name": "Asha"})
    browse(api, answers={**ANSWERS, "page_token": token, "name": "Asha"})

    assert len(read_inbox(shop)) == 2


def test_sixty_four_posts_of_one_submission_are_one(api, shop):
    door = open_door()
    door.limiter.per_minute = 1000
    limit_form("sign-up", 20).per_minute = 1000
    statuses = [post(api, answers={"submission": "a1b2c3d4"}).status_code for _ in range(64)]

    assert (statuses.count(202), statuses.count(200), len(read_inbox(shop))) == (1, 63, 1)


# Refused ------------------------------------------------------------------------------------------------------------


def test_a_refusal_names_the_fields_and_never_the_values(api, shop):
    answer = post(api, answers={"email": "asha@@example.com", "phone": "secret", "colour": "red"})

    body = read_json(answer)
    assert (answer.status_code, body["Code"]) == (422, "InvalidSubmissionError")
    assert body["fields"] == {"email": "invalid", "phone": "invalid", "colour": "unknown"}
    assert set(body["messages"]) == set(body["fields"])
    assert not re.search("asha|secret|red", answer.body.decode().replace("InvalidSubmissionError", ""))
    assert read_inbox(shop) == []


def test_a_refusal_speaks_the_language_of_the_form(api):
    answer = post(api, answers={"email": "x", "language": "kk"})

    assert read_json(answer)["messages"]["email"].startswith("Электрондық")


def test_a_browser_gets_the_page_back_with_all_that_was_typed(api):
    typed = {
        "email": 'x" onmouseover="alert(1)',
        "name": "Asha <b>Rao</b>",
        "address": "1 High St\nTown",
        "interests": ["new", "events"],
        "consent_marketing": find_form("sign-up").consents[0].version,
        "language": "en",
    }

    answer = browse(api, answers=typed)

    page = answer.body.decode()
    assert answer.status_code == 422
    assert 'href="#f-email"' in page
    assert 'aria-describedby="e-email" aria-invalid="true"' in page
    assert "<title>Error: Join our mailing list" in page
    assert "<b>Rao" not in page
    assert 'onmouseover="' not in page
    assert "Asha <b>Rao</b>" in unescape(page)
    assert "1 High St\nTown</textarea>" in page
    assert page.count(" checked") == 3
    assert f'name="language" value="{typed["language"]}"' in page


def test_no_colon_stands_after_a_question(api):
    page = browse(api, "pre-order", answers={"email": "none", "page_token": fresh_token("pre-order")}).body.decode()
    assert ">What would you like?</a> Please" in page
    assert ">Email</a>: Please" in page


def test_a_corrected_page_keeps_its_token_and_a_forged_one_is_replaced(api):
    token = fresh_token()
    again = browse(api, answers={"email": "x", "page_token": token}).body.decode()
    assert f'name="page_token" value="{token}"' in again

    forged = browse(api, answers={**ANSWERS, "page_token": token[:-1] + ("A" if token[-1] != "A" else "B")})
    assert forged.status_code == 422
    shown = read_token(forged)
    assert shown != token
    api.millis += 3000
    assert browse(api, answers={**ANSWERS, "page_token": shown}).status_code == 200


def test_a_consent_to_older_words_must_be_given_again(api):
    answer = browse(api, answers={"email": "asha@example.com", "consent_marketing": "2020-01-01"})

    page = answer.body.decode()
    assert answer.status_code == 422
    assert "This text has changed" in page
    assert " checked" not in page


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "not JSON": ({"body": b"{"}, 400),
    "an array": ({"body": b"[]"}, 400),
    "UTF-16": ({"body": '{"email":"a@example.com"}'.encode("utf-16")}, 400),
    "a name twice": ({"body": b'{"email":"a@example.com","email":"b@example.com"}'}, 400),
    "deep": ({"body": b'{"email":' + b"[" * 100_000 + b"]" * 100_000 + b"}"}, 400),
    "ten thousand names": ({"body": json.dumps({f"f{n}": 1 for n in range(10_001)}).encode()}, 413),
    "a thousand names": ({"body": json.dumps({f"f{n}": 1 for n in range(1000)}).encode()}, 422),
    "too large": ({"body": b'{"email":"' + b"x" * 300_000 + b'"}'}, 413),
    "a long text": ({"body": b'{"email":"' + b"x" * 200_000 + b'"}'}, 422),
    "XML": ({"body": b"<a/>", "content_type": "text/xml"}, 415),
    "a gzip bomb": ({"body": gzip.compress(b"0" * 10_000_000), "content_encoding": "gzip"}, 415),
    "a file": (
        {
            "body": b'--X\r\nContent-Disposition: form-data; name="photo"; filename="x"\r\n\r\nx\r\n--X--',
            "content_type": "multipart/form-data; boundary=X",
        },
        422,
    ),
    "a language it does not speak": ({"body": b'{"email":"a@example.com","language":"xx"}'}, 422),
    "a target of somebody else's": ({"body": b'{"email":"a@example.com","redirect":"https://evil.example/"}'}, 422),
    "an id that is a number": ({"body": b'{"email":"a@example.com","submission":12345678}'}, 422),
    "a token that is a list": ({"body": b'{"email":"a@example.com","page_token":[]}'}, 422),
    "reserved attribute names": (
        {"body": b'{"email":"a@example.com","__proto__":{"a":1},"#name":"x",":val":"y"}'},
        422,
    ),
}


@pytest.mark.parametrize("accept", ["*/*", PAGE])
def test_bad_input_is_a_refusal_of_its_own_kind_for_program_and_person(api, shop, accept):
    kind = "text/html; charset=utf-8" if accept == PAGE else "application/json; charset=utf-8"
    told = {}
    for name, (sent, _) in REFUSED.items():
        headers = {key: value for key, value in sent.items() if key != "body"}
        limit_form.cache_clear()
        answer = api.post("/forms/sign-up", sent["body"], accept=accept, **headers)
        told[name] = answer.status_code
        assert answer.headers["Content-Type"] == kind, name

    assert told == {name: status for name, (_, status) in REFUSED.items()}
    assert read_inbox(shop) == []


def test_a_flood_of_long_posts_is_slowed_down_and_an_ordinary_post_is_kept(api):
    door = open_door()
    door.limiter.per_minute = limit_form("survey", 20).per_minute = 10_000
    long = {"why": "x" * 4_000}
    answers = [
        api.post("/forms/survey", json.dumps({**long, "score": n % 11, "note": "y" * 60_000}).encode())
        for n in range(30)
    ]
    assert {answer.status_code for answer in answers} == {422, 429}
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 429} == {"60"}
    assert post(api).status_code == 202


def test_no_value_of_any_type_in_any_place_breaks_the_answer(api):
    wrong: list[Any] = [None, True, 5, 1.5, "", [], [[]], {}, {"a": []}, ["x", 5], "x" * 9000, "\u202e", "{{ 7 * 7 }}"]
    for form in library.list_forms():
        names = [field.name for field in find_form(form).fields]
        for name in (
            *names,
            "consent_marketing",
            "referral_note",
            "language",
            "page_token",
            "page_answer",
            "submission",
            "redirect",
            "submit",
        ):
            for value in wrong:
                limit_form.cache_clear()
                open_door().limiter.buckets.clear()
                open_door().budget.left = REFILL
                for accept in ("*/*", PAGE):
                    answer = api.post(f"/forms/{form}", json.dumps({name: value}).encode(), accept=accept)
                    assert answer.status_code in (202, 200, 303, 422), (form, name, value)
                    assert b">49<" not in answer.body


def test_nothing_is_thrown_away_when_the_table_does_not_answer(api, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem")

    token = fresh_token()
    monkeypatch.setattr(open_door().inbox.table.client, "put_item", refuse)
    program, person = post(api), browse(api, answers={**ANSWERS, "name": "Asha", "page_token": token})

    assert (program.status_code, person.status_code) == (503, 503)
    assert program.headers["Retry-After"] == "30"
    page = person.body.decode()
    assert 'value="Asha"' in page
    assert f'value="{token}"' in page  # so that a put which did arrive is known again


def test_one_network_may_post_only_so_often_whatever_it_says_of_itself(api):
    answers = [post(api, x_forwarded_for=f"198.51.100.{n}") for n in range(25)]

    assert [answer.status_code for answer in answers[:20]] == [202] + [200] * 19
    assert {answer.status_code for answer in answers[20:]} == {429}
    assert answers[-1].headers["Retry-After"] == "60"
    assert browse(api).status_code == 429
    assert post(api, "survey", {"score": 1}).status_code == 202  # another form still listens


def test_unknown_forms_are_404_for_both(api):
    program, person = api.call("GET", "/forms/nope"), api.call("GET", "/forms/nope", accept=PAGE, accept_language="fa")

    assert (program.status_code, read_json(program)["Code"]) == (404, "UnknownPageError")
    assert person.status_code == 404
    assert 'dir="rtl"' in person.body.decode()
    assert '<a class="plain" href="https://shop.example">رفتن به فروشگاه</a>' in person.body.decode()
    assert post(api, "nope").status_code == 404


def test_verbs_are_not_tampered_with(api, shop):
    assert api.call("DELETE", "/forms/sign-up").status_code in (403, 405)
    assert post(api, x_http_method_override="DELETE").status_code == 202


# Origins ------------------------------------------------------------------------------------------------------------

STRANGERS = [
    "https://evil.example",
    "null",
    "https://www.shop.example.evil.example",
    "https://evilwww.shop.example",
    "http://www.shop.example",
    "https://www.shop.example:8443",
    "https://www.shop.example/",
    "HTTPS://WWW.SHOP.EXAMPLE",
    "https://www.shop.example, https://evil.example",
    "https://sub.www.shop.example",
    "x",
]


def test_pages_of_other_sites_may_not_post(api, shop, allowed):
    for origin in STRANGERS:
        program, person = post(api, origin=origin), browse(api, origin=origin)
        schema = api.call("GET", "/forms/sign-up/schema", origin=origin)

        assert (program.status_code, read_json(program)["Code"]) == (403, "ForbiddenOriginError"), origin
        assert person.status_code == 403
        for answer in (program, person, schema):
            assert "Access-Control-Allow-Origin" not in answer.headers
    assert read_inbox(shop) == []


def test_an_allowed_site_may_post_and_read_every_answer(api, allowed):
    answers = [
        post(api, origin=SITE),
        post(api, answers={"email": "x"}, origin=SITE),
        api.post("/forms/sign-up", b"{", origin=SITE),
    ]
    answers.append(api.call("GET", "/forms/sign-up/schema", origin=SITE))

    assert [answer.status_code for answer in answers] == [202, 422, 400, 200]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == SITE
        assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in post(api, "survey", origin=SITE).headers


def test_an_allowed_site_gets_its_visitors_back_and_nothing_about_them(api, allowed):
    answer = browse(api, answers={**ANSWERS, "redirect": f"{SITE}/hello"}, origin=SITE)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{SITE}/hello")


def test_no_other_target_is_led_to(api, allowed):
    for target in ("/hello", "//evil.example", f"{SITE}/hello?x", f"{SITE}/HELLO", "javascript:alert(1)"):
        answer = browse(api, answers={**ANSWERS, "redirect": target}, origin=SITE)

        assert answer.status_code == 422
        assert "Location" not in answer.headers


def test_preflights_get_one_fixed_answer(api, allowed):
    odd = {"access_control_request_method": "DELETE", "access_control_request_headers": "X-Evil"}
    friend = api.call("OPTIONS", "/forms/sign-up", origin=SITE, **odd)
    stranger = api.call("OPTIONS", "/forms/sign-up", origin="https://evil.example", **odd)

    assert (friend.status_code, friend.headers["Access-Control-Allow-Origin"]) == (204, SITE)
    assert friend.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert "Evil" not in str(friend.headers)
    assert "Access-Control-Allow-Origin" not in stranger.headers


# Pages --------------------------------------------------------------------------------------------------------------


def test_the_page_carries_a_token_that_counts(api, shop):
    page = api.call("GET", "/forms/sign-up?lang=hi", accept=PAGE)
    token = read_token(page)

    api.millis += 3000
    browse(api, answers={**ANSWERS, "page_token": token})

    assert page.headers["Cache-Control"] == "no-store"
    assert read_inbox(shop)[0].trust is Trust.OWN


def test_every_form_has_a_page_a_schema_and_thanks_in_every_language(api):
    for form in library.list_forms():
        for language in find_form(form).languages:
            for path in ("", "/schema", "/thanks"):
                answer = api.call("GET", f"/forms/{form}{path}?lang={language}", accept=PAGE)
                assert answer.status_code == 200, (form, language, path)
                assert find_form(form).title[language] in answer.body.decode() or path


def test_a_page_may_load_nothing_and_be_framed_by_nobody_unasked(api, allowed):
    page = api.call("GET", "/forms/survey", accept=PAGE)
    policy = page.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert f"form-action {OWN}; base-uri 'none'; frame-ancestors {OWN}" in policy
    assert "unsafe" not in policy
    assert page.headers["Referrer-Policy"] == "same-origin"  # `no-referrer` would make our own posts come from `null`
    assert not re.search(r"<link|<img|\son\w+=|\sstyle=|\ssrc=", page.body.decode())
    framed = api.call("GET", "/forms/sign-up", accept=PAGE).headers["Content-Security-Policy"]
    assert framed.endswith(f"frame-ancestors {OWN} {SITE}")


LANGUAGE_WISHES = {
    "fa": {"path": "?lang=fa", "accept_language": "hi"},
    "hi": {"path": "?lang=xx", "accept_language": "de;q=0.9, hi-IN;q=0.8, en;q=0.1"},
    "bn": {"path": "", "accept_language": "de, bn;q=0.5, kk;q=0.4"},
    "kk": {"path": "", "accept_language": "kk-KZ,ru;q=0.9"},
    "en": {"path": "", "accept_language": "*;q=x, de;q=nan, ," * 50},
}


def test_the_page_speaks_what_the_visitor_asks_for(api):
    for language, wish in LANGUAGE_WISHES.items():
        page = api.call("GET", f"/forms/survey{wish['path']}", accept=PAGE, accept_language=wish["accept_language"])

        assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}">' in page.body.decode()
        assert page.headers["Content-Language"] == language


def test_links_come_from_the_settings_and_not_from_the_host_header(api):
    page = api.call("GET", "/forms/survey", accept=PAGE, host="evil.example", x_forwarded_host="evil.example")

    assert b"evil" not in page.body
    assert f'action="{OWN}/forms/survey"'.encode() in page.body


def test_the_schema_carries_what_an_embedded_form_shows(api):
    schema = read_json(api.call("GET", "/forms/survey/schema?lang=fa"))

    assert schema["$id"] == f"{OWN}/forms/survey/schema"
    shown = schema["x-form"]
    assert (shown["language"], shown["direction"]) == ("fa", "rtl")
    assert [field["name"] for field in shown["fields"]] == [field.name for field in find_form("survey").fields]
    assert shown["fields"][0]["options"][10] == ["10", "۱۰"]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "one of these: “Email”, “Phone”."), ("fa", "«ایمیل»، «شمارهٔ تلفن»")],
)
def test_questions_named_in_a_sentence_are_told_apart(api, language, told):
    answer = post(api, "warranty", {"email": "", "name": "Asel", "language": language})

    assert told in read_json(answer)["messages"]["email"]


def test_languages_stand_in_one_order_on_every_page(api):
    pages = [api.call("GET", path, accept=PAGE).body.decode() for path in ("/forms/survey", "/privacy")]
    orders = [re.findall(r'hreflang="(\w+)"', page) for page in pages]

    assert orders[0] == orders[1] == ["bn", "en", "fa", "hi", "kk"]


def test_the_thanks_and_the_script_are_there(api):
    thanks = api.call("GET", "/forms/survey/thanks?lang=kk", accept=PAGE)
    script = api.call("GET", "/embed.js")

    assert "Жауабыңызға рақмет" in thanks.body.decode()
    assert '<a class="plain" href="https://shop.example">Дүкенге өту</a>' in thanks.body.decode()
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert script.headers["X-Content-Type-Options"] == "nosniff"
    assert len(script.body) < 9_472  # minified; 512 are the link of a page that may not have the form, 80 a promise


def test_a_posted_form_is_settled_into_a_profile(api, shop):
    post(api, "survey", {"score": 9, "why_us": ["near"], "language": "kk", "email": "asel@example.org"})
    sweep_inbox(shop.services(), NOW + timedelta(hours=1))

    profile = shop.read_profile("asel@example.org")
    assert profile.fields["language"].value == "kk"
    assert profile.consents["marketing"].channel == "form:survey"
    entries = shop.read_record("asel@example.org").entries.values()
    assert [row.entry.values for row in entries] == [{"score": 9, "why_us": ["near"]}]
