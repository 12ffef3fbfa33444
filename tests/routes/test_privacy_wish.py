"""The box on the page of an erasure: a no to advertising that outlives the erasure, where the person wishes it."""

import html
import json

import pytest

from chalicelib.models import RequestKind
from chalicelib.pages.request_pages import find_request_words
from tests.builders.links import CODE, browse, put_request, read_inbox
from tests.builders.privacy import LANGUAGES, RECEIPT, post, put_receipt


def list_confirms(shop):
    return [body for topic, body in read_inbox(shop) if topic == "confirm"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_erasure_asks_and_ticks_nothing_beforehand(api, tables, language):
    page = html.unescape(browse(api, f"/privacy/confirm/{put_request(tables, language=language)}").body.decode())
    words = find_request_words(language)

    assert words.keep in page
    assert words.keep_hint in page
    assert "checked" not in page.partition("</style>")[2]


@pytest.mark.parametrize("kind", [kind for kind in RequestKind if kind is not RequestKind.ERASE])
def test_no_other_request_asks_or_keeps_it(api, shop, tables, kind):
    token = put_request(tables, kind)

    assert "keep_no" not in browse(api, f"/privacy/confirm/{token}").body.decode()
    assert post(api, f"/privacy/confirm/{token}", code=CODE, keep_no="yes").status_code == 303
    assert "wish" not in list_confirms(shop)[0]


@pytest.mark.parametrize(
    ("sent", "wish"), [({"keep_no": "yes"}, True), ({"keep_no": "on"}, True), ({}, False), ({"keep_no": ""}, False)]
)
def test_the_box_travels_with_the_code(api, shop, tables, sent, wish):
    assert post(api, f"/privacy/confirm/{put_request(tables)}", code=CODE, **sent).status_code == 303

    [said] = list_confirms(shop)
    assert said.get("wish", False) is wish


@pytest.mark.parametrize(("value", "wish"), [(True, True), (False, False)])
def test_a_program_says_it_as_json(api, shop, tables, value, wish):
    body = json.dumps({"code": CODE, "keep_no": value}).encode()

    assert api.post(f"/privacy/confirm/{put_request(tables)}", body).status_code == 303
    assert list_confirms(shop)[0].get("wish", False) is wish


@pytest.mark.parametrize("value", ["maybe", "no thanks", "\u0645", "YES!"])
def test_another_answer_uses_no_try_and_erases_nobody(api, shop, tables, value):
    token = put_request(tables)

    assert post(api, f"/privacy/confirm/{token}", code=CODE, keep_no=value).status_code == 422
    assert read_inbox(shop) == []
    assert post(api, f"/privacy/confirm/{token}", code=CODE).status_code == 303


@pytest.mark.parametrize("typed", ["AAAAAA", "A", ""])
def test_a_ticked_box_stays_ticked_after_a_fault(api, tables, typed):
    page = post(api, f"/privacy/confirm/{put_request(tables)}", code=typed, keep_no="yes").body.decode()

    assert 'name="keep_no" value="yes" aria-describedby="h-keep_no" checked' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipts_page_says_what_is_kept(api, tables, language):
    words = find_request_words(language).receipt
    kept, _ = put_receipt(tables, put_request(tables), {**RECEIPT, "kept": "keyed hash"}, language=language)
    plain, _ = put_receipt(tables, put_request(tables), language=language)

    assert words.kept_hash in browse(api, f"/privacy/results/{kept}").body.decode()
    assert words.kept_hash not in browse(api, f"/privacy/results/{plain}").body.decode()
