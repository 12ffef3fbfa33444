"""Requests of people at the door: one answer for every address, three tries at a code, and results to be saved."""

import html
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import threading
import zipfile
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.campaigns.library import list_campaigns
from chalicelib.data_requests.codes import CODE_SIGNS, check_code, clean_code, make_code, name_result
from chalicelib.data_requests.package import name_parts
from chalicelib.erasure.sweep import KINDS
from chalicelib.models import RequestKind
from chalicelib.pages.request_pages import PrivacyWords, find_request_words
from chalicelib.store.links import LinkKind, make_token, name_token
from chalicelib.strictjson import parse_object
from infra.local.gateway import Gateway
from tests.builders.api import make_request
from tests.builders.links import END, break_table, browse, put_link, put_request, put_result, read_inbox
from tests.builders.privacy import FORM, PACKAGE, PAGE, RECEIPT, list_tries, post, put_package, put_receipt, type_code
from tests.builders.scanners import AHEAD, SCANNERS

LANGUAGES = ("en", "hi", "bn", "kk", "fa")


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
        for kind in RequestKind
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


def test_a_filled_trap_is_answered_alike_and_set_aside(api, shop):
    plain = post(api, "/privacy/requests", email="a@example.com", kind="erase")
    trapped = post(api, "/privacy/requests", email="a@example.com", kind="erase", referral_note="hello")

    assert (plain.status_code, plain.body) == (trapped.status_code, trapped.body)
    assert sorted(row["state"]["S"] for row in shop.read_all("inbox")) == ["new", "quarantined"]


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
        assert re.findall(r'name="kind" value="(\w+)"', form) == [kind.value for kind in RequestKind]


# ---- the code


def test_a_code_is_of_signs_that_look_like_no_others():
    codes = {make_code() for _ in range(1_000)}

    assert len(codes) == 1_000
    assert all(len(code) == 6 and set(code) <= set(CODE_SIGNS) for code in codes)
    assert not set("01OIL") & set(CODE_SIGNS)


@pytest.mark.parametrize(
    "typed",
    ["k7x4mt", " K7X 4MT ", "K7X-4MT", "k7x\u20114mt", "\u200eK7X4MT\u200f", "K7X4MT\r\n", "K۷X۴MT", "K७X४MT"],
)
def test_a_code_is_read_as_people_type_and_copy_it(typed):
    assert clean_code(typed) == "K7X4MT"


def test_the_page_says_what_will_happen_and_asks_for_the_code(api, shop, tables):
    for kind, language in itertools.product(RequestKind, LANGUAGES):
        token = put_request(tables, kind.value, language=language)
        page = html.unescape(browse(api, f"/privacy/confirm/{token}").body.decode())
        said = find_request_words(language).kinds[kind]

        assert f'<html lang="{language}"' in page
        for text in (said.title, said.text.format(shop="Corner Shop"), said.button, *said.points):
            assert text in page
        assert page.count("<input") == 1
        assert 'autocomplete="one-time-code"' in page
        assert '<label class="ask" for="f-code">' in page
        assert "{" not in page.partition("</style>")[2]
    assert shop.read_all("inbox") == []


def test_deleting_says_that_there_is_no_way_back(api, tables):
    page = browse(api, f"/privacy/confirm/{put_request(tables)}").body.decode()

    assert "cannot be undone" in page
    assert "signed receipt" in page


def test_the_right_code_is_kept_once_and_leads_to_the_result(api, shop, tables):
    token = put_request(tables)
    first, again = type_code(api, token, "k7x-4mt", lang="fa"), type_code(api, token)
    said = [said for topic, said in read_inbox(shop) if topic == "confirm"]

    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == f"http://127.0.0.1:8000/privacy/results/{name_result(token)}?lang=fa"
    assert first.headers["Location"].partition("?")[0] == again.headers["Location"].partition("?")[0]
    assert (first.headers["Cache-Control"], first.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert {(one["link"], one["kind"], one["result"]) for one in said} == {
        (name_token(token), "erase", name_result(token))
    }
    assert name_result(token) != token


def test_a_repeated_right_code_is_one_and_the_same_confirmation(api, shop, tables):
    token = put_request(tables)
    for _ in range(3):
        assert type_code(api, token).status_code == 303

    assert [topic for topic, _ in read_inbox(shop)].count("confirm") == 1


def test_three_wrong_codes_are_told_apart_and_then_the_right_one_is_refused_too(api, shop, tables):
    token = put_request(tables)
    answers = [type_code(api, token, "AAAAAA") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert "Tries left: 2" in answers[0].body.decode()
    assert "Tries left: 1" in answers[1].body.decode()
    assert "AAAAAA" not in answers[0].body.decode()
    late = type_code(api, token)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "3600")
    assert "/privacy/requests?lang=en" in late.body.decode()
    assert [topic for topic, _ in read_inbox(shop)] == ["try"] * 3
    assert type_code(api, put_request(tables)).status_code == 303  # of another mail


CODELESS = [
    (b"", "application/x-www-form-urlencoded", 422),
    (b"code=", "application/x-www-form-urlencoded", 422),
    (b"code=%20-%20", "application/x-www-form-urlencoded", 422),
    (b"code=K7X4M", "application/x-www-form-urlencoded", 422),
    (b"code=K7X4MTT", "application/x-www-form-urlencoded", 422),
    (b"code=K7X4M0", "application/x-www-form-urlencoded", 422),
    (b"answer=yes", "application/x-www-form-urlencoded", 422),
    (b"code=%ff", "application/x-www-form-urlencoded", 400),
    (b'{"code": 5}', "application/json", 422),
    (b'{"code": "\\ud800"}', "application/json", 400),
    (b"[", "application/json", 400),
    (b"K7X4MT", "text/html", 415),
    (b"<x/>", "application/xml", 415),
    (b"code=" + b"K" * 300_000, "application/x-www-form-urlencoded", 413),
    (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", 422),
]


def test_a_post_without_a_code_spends_no_try(api, shop, tables):
    for body, kind, status in CODELESS:
        answer = api.post(f"/privacy/confirm/{put_request(tables)}", body, **{**PAGE, "content_type": kind})

        assert answer.status_code == status
        assert 'class="summary"' in answer.body.decode()
        assert shop.read_all("inbox") == []


def test_json_and_multipart_are_taken_too(api, tables):
    multipart = b'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\nK7X4MT\r\n--b--\r\n'

    assert api.post(f"/privacy/confirm/{put_request(tables)}", b'{"code": "K7X4MT"}').status_code == 303
    posted = api.post(
        f"/privacy/confirm/{put_request(tables)}", multipart, content_type="multipart/form-data; boundary=b"
    )
    assert posted.status_code == 303


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_spends_nothing_whoever_looks(api, shop, tables, method):
    token = put_request(tables)
    before = tables.read_all("links")
    for headers in ({}, *({"user-agent": agent} for agent in SCANNERS.values()), *AHEAD.values()):
        for address in (f"/privacy/confirm/{token}?code=K7X4MT", "/privacy/requests?email=a@example.com&kind=erase"):
            assert browse(api, address, method, **headers).status_code == 200

    assert shop.read_all("inbox") == []
    assert tables.read_all("links") == before


def test_unknown_malformed_expired_and_foreign_links_get_one_page_and_take_no_code(api, shop, tables):
    expired = put_request(tables, expires_at=END.replace(year=2025))
    foreign = [put_link(tables, kind) for kind in ("go", "stop", "choose", "confirm")]
    tokens = [make_token(), "short", "A" * 5_000, expired, *foreign, "%00", "a%0d%0ab"]
    shown = {(one.status_code, one.body) for one in (browse(api, f"/privacy/confirm/{each}") for each in tokens)}
    taken = {(one.status_code, one.body) for one in (type_code(api, each) for each in tokens)}

    assert len(shown) == 1
    assert shown == taken
    ((status, page),) = shown
    assert status == 404
    assert b"/privacy/requests" in page
    assert shop.read_all("inbox") == []


@pytest.mark.parametrize("page", ["confirm", "unsubscribe", "preferences", "go"])
def test_a_requests_link_opens_no_page_of_other_links(api, shop, tables, page):
    token = put_request(tables)

    assert browse(api, f"/{page}/{token}").status_code == 404
    assert shop.read_all("inbox") == []


def test_pages_keep_the_token_to_themselves(api, tables):
    token = put_request(tables)
    result, _ = put_receipt(tables, token)
    for path in (f"/privacy/confirm/{token}", f"/privacy/results/{result}"):
        answer = browse(api, path)
        headers = {name.lower(): value for name, value in answer.headers.items()}

        assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "access-control-allow-origin" not in headers
        assert "set-cookie" not in headers
        assert "<script" not in answer.body.decode()


def test_an_objection_names_the_purposes_of_todays_campaigns(api, shop, tables):
    assert type_code(api, put_request(tables, "object")).status_code == 303

    opener = shop.services().opener
    said = [opener.open_submission(row["pk"]["S"], row["sealed"]["B"]) for row in shop.read_all("inbox")]
    [body] = [parse_object(each.body) for each in said if each.topic == "confirm"]
    advertised = {campaign.purpose for campaign in list_campaigns() if campaign.is_marketing}
    assert advertised
    assert set(body["purposes"]) == {"marketing", "sms", *advertised}


@pytest.mark.usefixtures("own_tables")
@pytest.mark.parametrize("table", ["inbox", "links"])
def test_what_was_not_kept_is_never_called_done(api, tables, table):
    token = put_request(tables)
    with break_table(tables, table):
        answer = type_code(api, token)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Location" not in answer.headers


def test_a_hundred_wrong_codes_at_once_are_three_tries(api, shop, tables, monkeypatch):
    compared = []
    check = check_code
    monkeypatch.setattr("chalicelib.routes.privacy.check_code", lambda *given: compared.append(1) or check(*given))
    monkeypatch.setattr("chalicelib.door.limiter.Limiter.take_turn", lambda *_: True)
    token = put_request(tables)
    answers = []

    def try_often(number):
        for turn in range(25):
            answers.append(type_code(api, token, f"A{CODE_SIGNS[number]}{CODE_SIGNS[turn]}AAA").status_code)

    threads = [threading.Thread(target=try_often, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(compared) == 3
    assert sorted(answers) == [422] * 2 + [429] * 98
    assert sorted(list_tries(shop)) == [0, 1, 2]
    assert type_code(api, token).status_code == 429
    assert type_code(api, put_request(tables)).status_code == 303


# ---- results


def test_a_result_that_is_not_there_yet_looks_like_any_unknown_one(api, shop, tables):
    confirmed = name_result(put_request(tables))
    over = put_result(tables, put_request(tables), request="restrict", expires_at=END.replace(year=2025))
    paths = [f"/privacy/results/{token}" for token in (confirmed, over, make_token(), "x", put_link(tables, "go"))]
    answers = {(one.status_code, one.body) for one in (browse(api, path) for path in paths)}

    assert len(answers) == 1
    ((status, page),) = answers
    assert status == 404
    assert b'href="?lang=en"' in page
    assert shop.read_all("inbox") == []


def test_what_is_done_is_said(api, tables):
    for kind, language in itertools.product(("restrict", "object"), LANGUAGES):
        result = put_result(tables, put_request(tables), request=kind, language=language)
        page = browse(api, f"/privacy/results/{result}").body.decode()

        assert find_request_words(language).kinds[kind].done_title in page
        assert f'<html lang="{language}"' in page


def test_a_correction_goes_on_at_the_page_of_preferences(api, tables):
    result = put_result(tables, put_request(tables), kind=LinkKind.CHOOSE)
    answer = browse(api, f"/privacy/results/{result}")

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"http://127.0.0.1:8000/preferences/{result}?lang=en"
    assert browse(api, f"/preferences/{result}").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_is_told_in_words(api, tables, language):
    result, _ = put_receipt(tables, put_request(tables), language=language)
    answer = browse(api, f"/privacy/results/{result}")
    page, words = answer.body.decode(), find_request_words(language).receipt

    assert answer.status_code == 200
    for said in (*words.times.values(), *(words.names[name] for name in ("history", "mails", "names", "keys"))):
        assert said in page
    day = {
        "en": "8\xa0March 2026, 11:58 UTC",
        "hi": "8\xa0मार्च 2026, 11:58 UTC",
        "bn": "৮\xa0মার্চ ২০২৬, ১১:৫৮ UTC",
        "kk": "2026 жылғы 8\xa0наурыз, 11:58 UTC",
        "fa": "(۸\xa0مارس ۲۰۲۶)، ۱۱:۵۸ UTC",
    }[language]
    assert day in page
    assert {"fa": "۱۷", "bn": "১৭"}.get(language, "17") in page
    assert "&lt;b&gt;new&lt;/b&gt;" in page  # what we have no words for
    assert "tapes" in page
    assert "some day" in page
    assert "c0ffee" in page
    assert "openssl dgst -sha256 -verify receipt-key.pem -signature receipt.sig receipt.json" in page
    assert "{" not in page.partition("</style>")[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_has_words_for_all_that_a_sweep_counts(language):
    counted = {*KINDS.values(), "other", "names", "links", "waiting"}
    assert counted <= find_request_words(language).receipt.names.keys()


SHAPES = [{}, {"counts": None, "copies": {}, "ledger": 7}, {"unreadable_at": 5, "copies": [{}], "counts": {"a": {}}}]


def test_a_receipt_of_another_shape_breaks_no_page(api, tables):
    for receipt in SHAPES:
        result, _ = put_receipt(tables, put_request(tables), receipt)

        assert browse(api, f"/privacy/results/{result}").status_code == 200


def fetch(path, **headers):
    """Fetch through the gateway, as over the wire."""
    import app

    named = tuple((name, value) for name, value in {"accept": "text/html", **headers}.items())
    return Gateway(app.app).answer(make_request("GET", path, named))


def find_header(answer, name):
    return next((value for own, value in answer.headers if own.lower() == name.lower()), None)


@pytest.mark.usefixtures("own_tables")
def test_a_receipts_files_are_those_that_were_signed(api, tables, cloud, shop, tmp_path):
    result, public = put_receipt(tables, put_request(tables))
    key_name = tables.settings.parameter_path + "receipt-key"
    assert fetch("/privacy/receipt-key.pem").status == 404
    cloud.client("ssm").put_parameter(Name=key_name, Value=public.decode(), Type="String", Overwrite=True)
    from chalicelib.door import open_door

    open_door().parameters.read_at -= timedelta(minutes=6)
    files = {name: fetch(f"/privacy/results/{result}/{name}") for name in ("receipt.json", "receipt.sig")}
    files["receipt-key.pem"] = fetch("/privacy/receipt-key.pem")

    for name, answer in files.items():
        assert answer.status == 200
        assert find_header(answer, "Content-Disposition") == f'attachment; filename="{name}"'
        assert "sandbox" in find_header(answer, "Content-Security-Policy")
        assert find_header(answer, "X-Content-Type-Options") == "nosniff"
    key = serialization.load_pem_public_key(files["receipt-key.pem"].body)
    key.verify(files["receipt.sig"].body, files["receipt.json"].body, ec.ECDSA(hashes.SHA256()))
    assert files["receipt.json"].body == json.dumps(RECEIPT).encode()


def test_the_line_on_the_page_checks_the_receipt(api, tables, tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine")
    result, public = put_receipt(tables, put_request(tables))
    for name in ("receipt.json", "receipt.sig"):
        (tmp_path / name).write_bytes(fetch(f"/privacy/results/{result}/{name}").body)
    (tmp_path / "receipt-key.pem").write_bytes(public)
    page = browse(api, f"/privacy/results/{result}").body.decode()
    (line,) = re.findall(r"<pre[^>]*>(openssl [^<]*)</pre>", page)

    checked = subprocess.run(line.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "Verified OK\n")
    (tmp_path / "receipt.json").write_bytes(json.dumps({**RECEIPT, "counts": {}}).encode())
    assert subprocess.run(line.split(), cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_a_copy_is_handed_out_byte_for_byte_and_never_shown(api, tables):
    result = put_package(tables, put_request(tables), {**PACKAGE, "noise": os.urandom(800_000)})
    page = browse(api, f"/privacy/results/{result}").body.decode()

    assert re.findall(rf'href="http://127.0.0.1:8000/privacy/results/{result}/([a-z.]+)" download', page) == [
        "data.html",
        "data.json",
        "data.zip",
    ]
    for name, content in PACKAGE.items():
        answer = fetch(f"/privacy/results/{result}/{name}")
        assert (answer.status, answer.body) == (200, content)
        assert find_header(answer, "Content-Disposition") == f'attachment; filename="{name}"'
        assert find_header(answer, "Content-Security-Policy") == "sandbox; default-src 'none'"
        assert find_header(answer, "Cache-Control") == "no-store"
    whole = fetch(f"/privacy/results/{result}/data.zip")
    with zipfile.ZipFile(io.BytesIO(whole.body)) as archive:
        assert archive.testzip() is None
        assert len(archive.read("noise")) == 800_000


def test_a_file_too_large_to_be_answered_is_had_packed(api, tables):
    result = put_package(tables, put_request(tables), {**PACKAGE, "data.json": b" " * 5_000_000})
    large = fetch(f"/privacy/results/{result}/data.json")

    assert (large.status, find_header(large, "Location")) == (
        302,
        f"http://127.0.0.1:8000/privacy/results/{result}/data.zip",
    )
    assert fetch(f"/privacy/results/{result}/data.zip").status == 200


ACCEPTS = ["", "application/json", "*/*", "image/png"]


def test_a_file_comes_whatever_the_program_says_it_accepts(api, tables):
    for accept in ACCEPTS:
        result, _ = put_receipt(tables, put_request(tables))
        signature = fetch(f"/privacy/results/{result}/receipt.sig", accept=accept)

        assert (signature.status, signature.body[:1]) == (200, b"\x30")


STRANGERS = ["receipt.json", "noise", "data.csv", "../x", "%2e%2e", "data.zip%00", "index.html"]


def test_files_of_other_names_are_not_there(api, tables):
    for name in STRANGERS:
        result = put_package(tables, put_request(tables), PACKAGE)

        assert fetch(f"/privacy/results/{result}/{name}").status in (403, 404)


def test_a_package_opens_with_its_own_token_alone_and_ends(api, tables):
    token = put_request(tables)
    result = put_package(tables, token, PACKAGE)
    tables.dynamodb.delete_item(TableName=tables.settings.prefix + "links", Key={"pk": {"S": name_parts(result, 1)[0]}})
    over = put_package(tables, put_request(tables), PACKAGE, expires_at=END.replace(year=2025))

    assert fetch(f"/privacy/results/{result}/data.json").status == 404
    assert fetch(f"/privacy/results/{over}/data.json").status == 404
    assert fetch(f"/privacy/results/{token}/data.json").status == 404
