"""No English word stands on a page in another language: every page that a customer sees, with the forms that ship."""

from collections.abc import Iterator

import pytest

from chalicelib.forms.library import list_forms
from chalicelib.models import RequestKind
from chalicelib.store.links import LinkKind
from tests.builders.latin import LANGUAGES, find_latin
from tests.builders.links import browse, put_link, put_request, put_result
from tests.builders.privacy import RECEIPT, put_receipt

KNOWN = {**RECEIPT, "counts": {"history": 3, "mails": 2}, "copies": RECEIPT["copies"][:1]}


def list_pages(tables, language: str) -> Iterator[str]:
    """Yield the addresses of every page of a customer, with something behind each."""
    asked = f"?lang={language}"
    for name in list_forms():
        yield from (f"/forms/{name}{asked}", f"/forms/{name}/thanks{asked}")
    yield from (f"{path}{asked}" for path in ("/", "/privacy", "/privacy/requests", "/forms/none", "/unsubscribe/none"))
    for page, kind in {"unsubscribe": "stop", "preferences": "choose", "confirm": "confirm", "go": "go"}.items():
        known = {"title": "", "asks": ()} if kind == "confirm" else {}
        yield f"/{page}/{put_link(tables, kind, destination='', code='7', **known)}{asked}"
    yield f"/confirm/{put_link(tables, 'confirm', title='', asks=(), parent=True)}{asked}"
    yield f"/preferences/{put_link(tables, 'choose', request='correct')}{asked}"
    for kind in RequestKind:
        token = put_request(tables, kind.value, language=language)
        yield f"/privacy/confirm/{token}{asked}"
        yield f"/privacy/results/none{asked}"
        yield f"/privacy/results/none{asked}&wait=0"
        yield f"/privacy/results/none{asked}&wait=99"
        if kind is not RequestKind.CORRECT:
            yield f"/privacy/results/{put_result(tables, token, kind=LinkKind.RESULT, request=kind.value)}{asked}"
    yield f"/privacy/confirm/none{asked}"
    yield f"/privacy/results/{put_result(tables, put_request(tables), request='access', parts=1)}{asked}"
    receipt, _ = put_receipt(tables, put_request(tables), KNOWN, language=language)
    yield f"/privacy/results/{receipt}{asked}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_no_word_of_another_language(api, tables, language):
    found = {}
    for path in list_pages(tables, language):
        page = browse(api, path).body.decode()
        assert f'<html lang="{language}"' in page, path
        if latin := find_latin(page, language):
            found[path] = latin

    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_of_posts_have_no_word_of_another_language(api, tables, language):
    form = {"content_type": "application/x-www-form-urlencoded", "accept": "text/html"}
    token = put_request(tables, "erase", language=language)
    posts = {
        f"/unsubscribe/{put_link(tables, 'stop')}": b"",
        f"/preferences/{put_link(tables, 'choose')}": b"frequency=weekly",
        f"/preferences/{put_link(tables, 'choose', request='correct')}": b"new_email=a@example.org",
        f"/preferences/{put_link(tables, 'stop')}": b"frequency=hourly",
        f"/confirm/{put_link(tables, 'confirm')}": b"answer=yes",
        f"/confirm/{put_link(tables, 'confirm', language=language)}": b"answer=no",
        f"/privacy/confirm/{token}": b"code=AAAAAA",
        "/privacy/requests": b"kind=access",
        "/forms/sign-up": b"email=a",
        "/forms/survey": b"x=1",
    }
    found = {}
    for path, body in posts.items():
        page = api.post(f"{path}?lang={language}", body, **form).body.decode()
        if latin := find_latin(page, language):
            found[path] = latin

    assert found == {}


def test_a_foreign_word_is_found_wherever_it_stands():
    page = '<html lang="kk"><title>Inbox</title><p aria-label="Keys">Amazon SES <b lang="en">English</b> Ledger</p>'

    assert find_latin(page, "kk") == ["Inbox", "Keys", "Ledger"]
