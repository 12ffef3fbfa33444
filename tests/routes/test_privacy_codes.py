"""The code of a request at the door: three tries, one confirmation, and nothing in any address."""

import hashlib
import hmac
import html
import itertools
import threading
from base64 import urlsafe_b64encode

import pytest

from chalicelib.campaigns.library import list_campaigns
from chalicelib.data_requests.codes import CODE_SIGNS, check_code, clean_code, make_code
from chalicelib.forms.interface import find_interface
from chalicelib.models import RequestKind
from chalicelib.pages.request_pages import find_request_words
from chalicelib.store.links import make_token, name_token
from chalicelib.strictjson import parse_object
from tests.builders.links import CODE, END, break_table, browse, name_page, put_link, put_request, read_inbox
from tests.builders.privacy import LANGUAGES, PAGE, list_tries, put_receipt, type_code
from tests.builders.scanners import AHEAD, SCANNERS


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
        said, named = find_request_words(language).kinds[kind], find_interface(language).isolate("Corner Shop")

        assert f'<html lang="{language}"' in page
        for text in (said.title, said.text.format(shop=named), said.button, *said.points):
            assert text in page
        assert page.count("<input") == (2 if kind is RequestKind.ERASE else 1)
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
    assert (
        first.headers["Location"] == f"http://127.0.0.1:8000/privacy/results/{name_page(tables, token)}?lang=fa&wait=0"
    )
    assert first.headers["Location"].partition("?")[0] == again.headers["Location"].partition("?")[0]
    assert (first.headers["Cache-Control"], first.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert {(one["link"], one["kind"], one["result"]) for one in said} == {
        (name_token(token), "erase", name_page(tables, token))
    }
    assert name_page(tables, token) != token


def derive_alone(key, *parts):
    """Return what somebody makes of the parts of a result's token that they have."""
    digest = hmac.new(key.encode(), "\n".join(parts).encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


GUESSES = {
    "the link": lambda token: derive_alone(token, "result"),
    "the link with an empty code": lambda token: derive_alone(token, "result", "", ""),
    "the code without the link": lambda token: derive_alone(CODE, "result", "salt"),
    "the link and the code, but not the row": lambda token: derive_alone(token, "result", "", CODE),
    "the link and the code, without a salt": lambda token: derive_alone(token, "result", CODE),
    "the link and the salt, but not the code": lambda token: derive_alone(token, "result", "salt"),
    "the link and a wrong code": lambda token: derive_alone(token, "result", "salt", "AAAAAA"),
    "the link as it is": lambda token: token,
}


@pytest.mark.parametrize("guess", GUESSES.values(), ids=GUESSES)
def test_who_lacks_link_or_code_has_nothing_of_the_result(api, tables, guess):
    token = put_request(tables)
    assert type_code(api, token).status_code == 303
    result, _ = put_receipt(tables, token)

    assert browse(api, f"/privacy/results/{result}").status_code == 200
    assert browse(api, f"/privacy/results/{guess(token)}").status_code == 404
    assert browse(api, f"/privacy/results/{guess(token)}/receipt.json").status_code == 404


def test_each_mail_has_a_result_of_its_own(api, tables):
    tokens = [put_request(tables), put_request(tables), put_request(tables, code="K7X4MU")]

    assert len({name_page(tables, token, code) for token in tokens for code in (CODE, "K7X4MU")}) == 6


@pytest.mark.parametrize("typed", ["k7x4mt", " K7X 4MT ", "K7X-4MT", "K\u06f7X\u06f4MT", "\u200eK7X4MT\u200f"])
def test_a_code_leads_to_the_same_result_however_it_is_typed(api, tables, typed):
    token = put_request(tables)

    location = type_code(api, token, typed).headers["Location"]
    assert location == f"http://127.0.0.1:8000/privacy/results/{name_page(tables, token)}?lang=en&wait=0"


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
