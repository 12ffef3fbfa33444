"""Requests of people at the door: one answer for every address, three tries at a code, and results to be saved."""

import json
import re

import pytest

from chalicelib.models import ASKABLE, RequestKind
from chalicelib.pages.request_pages import PrivacyWords, find_request_words
from tests.builders.form_posts import read_token, solve_question
from tests.builders.links import break_table, browse, read_inbox
from tests.builders.privacy import (
    FORM,
    LANGUAGES,
    PAGE,
    post,
)

# ---- words


def test_every_language_says_the_same_things():
    english = find_request_words("en")
    for language in LANGUAGES:
        words = find_request_words(language)
        assert flatten_keys(words.model_dump()) == flatten_keys(english.model_dump()), language
        for own, other in zip(flatten_texts(words), flatten_texts(english), strict=True):
            assert sorted(re.findall(r"\{(\w*)\}", own)) == sorted(re.findall(r"\{(\w*)\}", other)), own
    assert set(english.kinds) == set(RequestKind)
    assert set(PrivacyWords.model_fields) == set(english.model_dump())


def flatten_keys(value, prefix=""):
    """Return the names of everything in nested words; lists count as long as they are."""
    if isinstance(value, dict):
        return [name for key, each in value.items() for name in flatten_keys(each, f"{prefix}.{key}")]
    return [f"{prefix}[{len(value)}]"] if isinstance(value, (list, tuple)) else [prefix]


def flatten_texts(words):
    """Return every text of nested words."""

    def walk(value):
        if isinstance(value, str):
            yield value
        elif value is not None:
            for each in value.values() if isinstance(value, dict) else value:
                yield from walk(each)

    return list(walk(words.model_dump()))


# ---- asking


def test_a_request_is_kept_as_it_was_asked(api, shop):
    answer = post(api, "/privacy/requests", email=" Asha.Rao@Example.COM ", kind="restrict", language="fa")
    assert 'href="http://127.0.0.1:8000/privacy/requests?lang=fa"' in answer.body.decode()  # or another address
    opener = shop.services().opener
    (row,) = shop.read_all("inbox")
    asked = opener.open_submission(row["pk"]["S"], row["sealed"]["B"])

    assert answer.status_code == 202
    assert (asked.sender, asked.topic, asked.trust, asked.language) == ("privacy", "request", "anonymous", "fa")
    assert asked.network == "127.0.0.0/24"
    said = json.loads(asked.body)
    assert (said["kind"], said["email"].lower()) == ("restrict", "asha.rao@example.com")


def test_the_answer_is_the_same_whoever_is_named_and_whatever_is_asked(api, shop):
    answers = {
        (answer.status_code, answer.body, tuple(sorted(answer.headers.items())))
        for email in ("asha.rao@example.com", "nobody@example.org", "x@xn--bcher-kva.example")
        for kind in ASKABLE
        for answer in (post(api, "/privacy/requests", email=email, kind=kind.value),)
    }

    assert len(answers) == 1
    assert len(shop.read_all("inbox")) == 15
    ((_, body, _),) = answers
    assert b"example" not in body.partition(b"</style>")[2].replace(b"shop.example", b"")


def test_a_program_gets_json(api, shop):
    answers = [
        api.post("/privacy/requests", json.dumps({"email": email, "kind": "access"}).encode())
        for email in ("asha.rao@example.com", "nobody@example.org")
    ]

    assert [(answer.status_code, answer.json_body) for answer in answers] == [(202, {"status": "accepted"})] * 2
    assert [said["kind"] for _, said in read_inbox(shop)] == ["access", "access"]


UNASKABLE = [
    ({"kind": "erase"}, "email", "missing"),
    ({"email": "not an address", "kind": "erase"}, "email", "invalid"),
    ({"email": "a@example.com\r\nBcc: b@example.com", "kind": "erase"}, "email", "control_character"),
    ({"email": ["a@example.com"], "kind": "erase"}, "email", "wrong_type"),
    ({"email": "a@example.com"}, "kind", "missing"),
    ({"email": "a@example.com", "kind": "portability"}, "kind", "not_a_choice"),
    ({"email": "a@example.com", "kind": "erase", "customer": "1"}, "customer", "unknown"),
    ({"email": "a@example.com", "kind": "erase", "language": "tlh"}, "language", "not_a_choice"),
]


def test_what_cannot_be_asked_is_a_422_that_names_the_field(api, shop):
    for sent, field, reason in UNASKABLE:
        answer = api.post("/privacy/requests", json.dumps(sent).encode())

        assert (answer.status_code, answer.json_body["fields"]) == (422, {field: reason})
        assert shop.read_all("inbox") == []


UNREADABLE = [
    (b"", "application/x-www-form-urlencoded", 422),
    (b"email=%ff", "application/x-www-form-urlencoded", 400),
    (b"email=a&email=b&kind=erase", "application/x-www-form-urlencoded", 422),
    (b"[]", "application/json", 400),
    (b"{", "application/json", 400),
    (b"x", "image/png", 415),
    (b"email=" + b"a" * 300_000, "application/x-www-form-urlencoded", 413),
]


def test_what_cannot_be_read_is_a_4xx(api, shop):
    for body, kind, status in UNREADABLE:
        assert api.post("/privacy/requests", body, content_type=kind).status_code == status
        assert api.post("/privacy/requests", body, **{**PAGE, "content_type": kind}).status_code == status
        assert shop.read_all("inbox") == []


def test_a_fault_is_told_on_the_page_beside_what_was_typed(api):
    page = post(api, "/privacy/requests", email="asha@", kind="erase").body.decode()

    assert 'value="asha@"' in page
    assert 'value="erase" checked' in page
    assert 'href="#f-email"' in page


def test_another_site_may_not_ask_in_its_visitors_name(api, shop):
    body = b"email=a%40example.com&kind=erase"
    refused = api.post("/privacy/requests", body, origin="https://evil.example", **FORM)

    assert refused.status_code == 403
    assert shop.read_all("inbox") == []
    assert api.post("/privacy/requests", body, origin="http://127.0.0.1:8000", **FORM).status_code == 202


def test_a_filled_trap_is_answered_with_a_question_and_the_answer_is_kept(api, shop):
    asked = {"email": "a@example.com", "kind": "erase", "referral_note": "hello"}
    refused = post(api, "/privacy/requests", **asked)
    [question] = re.findall(r'for="f-page_answer">(.*?) <span', refused.body.decode())

    assert (refused.status_code, shop.read_all("inbox")) == (422, [])
    given = {"page_token": read_token(refused), "page_answer": solve_question(question)}
    assert post(api, "/privacy/requests", **asked, **given).status_code == 202
    assert [row["state"]["S"] for row in shop.read_all("inbox")] == ["new"]


def test_one_network_may_not_ask_for_ever(api, shop):
    statuses = [post(api, "/privacy/requests", email="a@example.com", kind="erase").status_code for _ in range(25)]
    api.address = "198.51.100.7"

    assert statuses == [202] * 20 + [429] * 5
    assert post(api, "/privacy/requests", email="a@example.com", kind="erase").status_code == 202


@pytest.mark.usefixtures("own_tables")
def test_a_request_that_was_not_kept_is_not_called_taken(api, tables):
    with break_table(tables, "inbox"):
        answer = post(api, "/privacy/requests", email="a@example.com", kind="erase")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert 'value="a@example.com"' in answer.body.decode()


def test_the_form_and_its_answer_speak_five_languages(api):
    for language in LANGUAGES:
        direction = "rtl" if language == "fa" else "ltr"
        form = browse(api, f"/privacy/requests?lang={language}").body.decode()
        answer = post(api, "/privacy/requests", email="a@example.com", kind="object", language=language)

        for page in (form, answer.body.decode()):
            assert f'<html lang="{language}" dir="{direction}">' in page
            assert "{" not in page.partition("</style>")[2]
            assert f"/privacy?lang={language}" in page
        assert re.findall(r'name="kind" value="(\w+)"', form) == [kind.value for kind in ASKABLE]
