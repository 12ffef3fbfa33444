"""The front page through the whole app: for everybody the same, made of files, and nothing that helps an attacker."""

import re

import pytest

from chalicelib import config
from chalicelib.forms.library import find_form, list_forms
from chalicelib.pages.front_page import link_form
from chalicelib.senders import SENDERS
from tests.builders.links import browse
from tests.rules.packaged import read_packaged

LANGUAGES = ("bn", "en", "fa", "hi", "kk")
OWN = "http://127.0.0.1:8000"


def read_headers(answer):
    return {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_names_shop_forms_and_data_pages_in_the_language_asked_for(api, language):
    answer = browse(api, f"/?lang={language}")
    page = answer.body.decode()

    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}">' in page
    assert read_headers(answer)["content-language"] == language
    assert "Corner Shop" in page
    assert "1 Market Square, Springfield" in page
    assert 'href="https://shop.example"' in page
    for name in list_forms():
        title = find_form(name).title[language]
        assert f'<a href="{OWN}/forms/{name}?lang={language}">{title}</a>' in page.replace("&#39;", "'")
    assert f'href="{OWN}/privacy?lang={language}"' in page
    assert f'href="{OWN}/privacy/requests?lang={language}"' in page
    assert browse(api, "/", **{"accept-language": language}).body.decode() == page


def test_shops_own_language_is_the_default(api, monkeypatch):
    monkeypatch.setenv("SHOP_LANGUAGE", "kk")
    config.current_settings.cache_clear()

    assert '<html lang="kk"' in browse(api, "/", **{"accept-language": "xx"}).body.decode()


def test_page_is_guarded_and_cached_like_the_other_public_pages(api):
    front, privacy = (read_headers(browse(api, path)) for path in ("/", "/privacy"))

    assert {**front, "x-amzn-trace-id": ""} == {**privacy, "x-amzn-trace-id": ""}
    assert front["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert front["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in front


def test_page_says_nothing_that_helps_an_attacker(api):
    page = browse(api, "/").body.decode().lower()
    page = page.replace(config.current_settings().shop_address.lower(), "")  # in Market Square by default

    assert not re.search(r"<script|<form|version|python|chalice|regulars|lambda|aws|hooks", page.partition("<body>")[2])
    assert [name for name in SENDERS if name in page] == []


def test_links_lead_to_pages(api):
    page = browse(api, "/?lang=fa").body.decode()
    paths = {path for path in re.findall(rf'href="{OWN}(/[^"]*)"', page)}

    assert len(paths) == len(list_forms()) + 2 + len(LANGUAGES)
    assert {browse(api, path).status_code for path in paths} == {200}


def test_page_reads_no_table_and_no_parameter(api, tables, monkeypatch):
    def refuse(*given, **named):
        raise AssertionError("the front page reads files alone")

    with monkeypatch.context() as patch:
        patch.setattr("botocore.client.BaseClient._make_api_call", refuse)

        assert browse(api, "/").status_code == 200


def test_form_without_the_pages_language_is_named_in_its_own():
    newsletter = find_form("newsletter")
    title = newsletter.title.model_validate({"fa": "خبرنامه"})
    form = newsletter.model_copy(update={"title": title})
    address, words, language = link_form(form, "/forms/newsletter", "en")

    assert (address, words, language.language) == ("/forms/newsletter?lang=fa", "خبرنامه", "fa")


def test_root_is_an_address_of_the_packaged_gateway():
    resources = read_packaged()["Resources"].values()
    [gateway] = [each for each in resources if each["Type"] == "AWS::Serverless::Api"]

    assert {"get", "head"} <= set(gateway["Properties"]["DefinitionBody"]["paths"]["/"])
