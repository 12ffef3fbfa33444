"""Results of requests at the door: receipts and copies, handed out as they are and never shown."""

import html
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import zipfile
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.data_requests.package import name_parts
from chalicelib.erasure.sweep import KINDS
from chalicelib.forms.interface import find_interface
from chalicelib.pages.request_pages import find_request_words
from chalicelib.store.links import LinkKind, make_token
from infra.local.gateway import Gateway
from tests.builders.api import make_request
from tests.builders.links import END, browse, name_page, put_link, put_request, put_result
from tests.builders.privacy import LANGUAGES, PACKAGE, RECEIPT, put_package, put_receipt


def test_a_result_that_is_not_there_yet_looks_like_any_unknown_one(api, shop, tables):
    confirmed = name_page(tables, put_request(tables))
    over = put_result(tables, put_request(tables), request="restrict", expires_at=END.replace(year=2025))
    paths = [f"/privacy/results/{token}" for token in (confirmed, over, make_token(), "x", put_link(tables, "go"))]
    answers = {(one.status_code, one.body) for one in (browse(api, path) for path in paths)}

    assert len(answers) == 1
    ((status, page),) = answers
    assert status == 404
    assert b'href="?lang=en"' in page
    assert shop.read_all("inbox") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_typed_the_code_is_told_that_it_is_being_done(api, shop, tables, language):
    tokens = (name_page(tables, put_request(tables)), make_token(), "x", put_link(tables, "go"))
    answers = [browse(api, f"/privacy/results/{token}?lang={language}&wait=0") for token in tokens]
    words = find_request_words(language)

    assert len({(one.status_code, one.body, one.headers["Refresh"]) for one in answers}) == 1
    assert (answers[0].status_code, answers[0].headers["Refresh"]) == (202, f"10; url=?lang={language}&wait=1")
    page = html.unescape(answers[0].body.decode())
    assert f"<title>{words.waiting_title}" in page
    assert words.waiting.format(shop=find_interface(language).isolate("Corner Shop")) in page
    assert f'<a class="plain" href="?lang={language}&wait=1">{words.look}</a>' in page
    assert shop.read_all("inbox") == []


def test_a_forgotten_tab_stops_asking_within_a_quarter_of_an_hour(api, tables):
    path, query, pauses = f"/privacy/results/{make_token()}", "?lang=en&wait=0", []
    while query:
        answer = browse(api, path + query)
        assert answer.status_code == 202
        pause, _, query = answer.headers.get("Refresh", "").partition("; url=")
        pauses += [int(pause)] if pause else []

    assert set(pauses) == {10, 60}
    assert pauses == sorted(pauses)
    assert sum(pauses) < 900
    assert "no longer checks by itself" in answer.body.decode()
    assert "Ask again" in answer.body.decode()


def test_a_visitor_can_end_the_looking(api, tables):
    path = f"/privacy/results/{make_token()}"
    page = html.unescape(browse(api, f"{path}?lang=en&wait=3").body.decode())
    (query,) = re.findall(r'href="(\?[^"]*)">Stop checking', page)

    assert "Refresh" not in browse(api, path + query).headers


@pytest.mark.parametrize("wait", ["", "x", "-1", "1e3", "1000", "٣", "%00", "1&wait=2"])
def test_a_count_that_we_did_not_write_is_no_count_or_its_last(api, tables, wait):
    answer = browse(api, f"/privacy/results/{make_token()}?wait={wait}")

    assert answer.status_code == (202 if wait == "1&wait=2" else 404)


def test_a_result_that_is_there_refreshes_nothing_and_its_title_says_so(api, tables):
    result = put_package(tables, put_request(tables), PACKAGE)
    answer = browse(api, f"/privacy/results/{result}?lang=en&wait=4")

    assert (answer.status_code, "Refresh" in answer.headers) == (200, False)
    assert "<title>Your copy is ready" in answer.body.decode()


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
    for said in (words.number, words.stays, words.tombstone, words.ledger, words.paper):
        assert said in page
    assert RECEIPT["receipt"] in page
    assert re.search(rf"<details>\s*<summary>{words.check}</summary>(?s:.*)openssl", page)
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
    counted = {*KINDS.values(), "other", "names", "links", "waiting", "records"}
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
