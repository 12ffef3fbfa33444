"""No English word stands on a page in another language: every page that a customer sees, with the forms that ship."""

import pytest

from tests.builders.latin import LANGUAGES, find_latin
from tests.builders.links import browse, put_link, put_request
from tests.builders.public_pages import list_pages


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
