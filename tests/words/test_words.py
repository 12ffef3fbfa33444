"""The words of each language: what ships lacks none, and what a language lacks is said in English."""

import json
import shutil

import pytest

from chalicelib import words
from chalicelib.data_requests.files import write_files
from chalicelib.errors import DefinitionError
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import list_forms
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import MailWords
from chalicelib.pages.context import LinkWords
from chalicelib.words import PARTS, find_words, list_languages, list_missing
from tests.builders.links import NOW, browse, put_link, put_request, put_result, read_inbox

SHIPPED = ("bn", "en", "fa", "hi", "kk")
MAIL = MailWords(
    shop_name="Corner Shop",
    shop_address="1 Corner Street",
    reason="signed_up",
    unsubscribe_url="https://shop.example/u",
    preferences_url="https://shop.example/p",
    privacy_url="https://shop.example/privacy",
    link="https://shop.example/",
)


@pytest.fixture
def languages(tmp_path, monkeypatch):
    """Return the folder of the languages, a copy that a test may change."""
    folder = tmp_path / "words"
    shutil.copytree(words.FOLDER, folder, ignore=shutil.ignore_patterns("*.py*", "__pycache__"))
    monkeypatch.setattr(words, "FOLDER", folder)
    return folder


def add_language(folder, part, text=""):
    """Write one part of a language that nobody has translated."""
    (folder / "eo").mkdir()
    (folder / "eo" / f"{part}.toml").write_text(text, encoding="utf-8")


def test_five_languages_have_every_part():
    assert list_languages() == SHIPPED
    assert {part: list_languages(part) for part in PARTS} == dict.fromkeys(PARTS, SHIPPED)


@pytest.mark.parametrize("language", SHIPPED)
def test_a_language_that_ships_lacks_no_words(language):
    assert list_missing(language) == []


def test_what_a_language_lacks_is_listed(languages):
    text = (languages / "kk" / "requests.toml").read_text("utf-8")
    (languages / "kk" / "requests.toml").write_text(text.replace("\nlook = ", "\n# ").replace("\ndone = ", "\n# ", 1))
    (languages / "kk" / "record.toml").unlink()

    assert list_missing("kk") == ["requests: look", "requests: kinds.access.done", "record"]


def test_a_missing_key_is_said_in_english(languages):
    add_language(languages, "links", 'gone = "Nenio"')
    own, english = find_words("eo", "links", LinkWords), find_words("en", "links", LinkWords)

    assert own == english.model_copy(update={"gone": "Nenio"})


def test_a_missing_key_of_a_table_is_said_in_english(languages):
    add_language(languages, "interface", '[reasons]\nmissing = "Mankas."')
    own, english = find_interface("eo"), find_interface("en")

    assert own.reasons == {**english.reasons, "missing": "Mankas."}
    assert (own.language, own.language_name, own.direction) == ("eo", "eo", "ltr")


def test_a_mistake_in_a_file_of_words_is_told_with_its_place(languages):
    add_language(languages, "links", "gone = 7")

    with pytest.raises(DefinitionError, match=r"^eo/links\.toml: gone: "):
        find_words("eo", "links", LinkWords)


def test_a_language_without_a_folder_is_an_error():
    for language in ("eo", "", "../words/en", "EN"):
        with pytest.raises(KeyError):
            find_words(language, "links", LinkWords)


@pytest.mark.parametrize("part", PARTS)
def test_no_page_fails_for_a_language_with_one_part(languages, api, tables, part):
    add_language(languages, part)
    receipt = json.dumps({"requested_at": "2026-03-01T12:00:00Z", "counts": {"mails": 2}})
    result = put_result(tables, "t", language="eo", request="erase", receipt=receipt)
    pages = [f"/forms/{name}?lang=eo" for name in list_forms()]
    pages += [f"/forms/{name}/thanks?lang=eo" for name in list_forms()]
    pages += ["/privacy?lang=eo", "/privacy/requests?lang=eo", f"/privacy/results/{result}?lang=eo"]
    for page, kind in {"unsubscribe": "stop", "preferences": "choose", "confirm": "confirm"}.items():
        pages.append(f"/{page}/{put_link(tables, kind, language='eo')}")
    pages += [f"/privacy/confirm/{put_request(tables, kind, language='eo')}" for kind in ("erase", "access")]

    for page in pages:
        assert browse(api, page).status_code == 200, page
        assert browse(api, page, accept="application/json").status_code < 500, page
    assert browse(api, "/forms/none?lang=eo").status_code == 404
    assert browse(api, "/unsubscribe/none?lang=eo").status_code == 404


def test_a_choice_in_a_language_without_a_form_is_kept_with_the_language_of_its_words(languages, api, shop, tables):
    add_language(languages, "links")
    path = f"/preferences/{put_link(tables, 'choose')}?lang=eo"
    answer = api.post(path, b"topic_marketing=yes", content_type="application/x-www-form-urlencoded")
    [(_, body)] = read_inbox(shop)

    assert answer.status_code == 200
    assert [consent["language"] for consent in body["consents"]] == ["en"]


@pytest.mark.parametrize("part", PARTS)
def test_a_mail_and_a_record_speak_english_where_their_words_lack(languages, part):
    add_language(languages, part)

    assert render_mail("win-back", "eo", MAIL) == render_mail("win-back", "en", MAIL)
    page = write_files((), language="eo", shop="Corner Shop", now=NOW)["data.html"].decode()
    assert "What Corner Shop holds about you" in page
