"""The link of a mail that confirms an entry: it shows a number, withdraws once, and leads to the form to correct."""

from datetime import UTC, datetime

import pytest

from chalicelib.models.numbers import write_number
from chalicelib.pages.context import LinkWords
from chalicelib.store.links import Links, make_token, name_over, name_token
from chalicelib.store.table import Table
from chalicelib.words import find_words
from tests.builders.links import END, SHOP, a_link, break_table, browse, put_link, read_inbox

KEY = "k" * 43
FORM = {"content_type": "application/x-www-form-urlencoded"}
LANGUAGES = ("en", "hi", "bn", "kk", "fa")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def put_entry(tables, form="pre-order", **known):
    """Keep the link of an entry; return its token."""
    return put_link(tables, "entry", **{"entry": KEY, "form": form, "expires_at": END, **known})


def press(api, token, answer, query=""):
    return api.post(f"/entries/{token}{query}", f"answer={answer}".encode(), **FORM)


def close(tables, token, over):
    """Note that an entry cannot be withdrawn any more, as settling does."""
    links = Links(Table(tables.dynamodb, tables.settings.prefix + "links"))
    links.table.commit_parts([links.close_entry(name_over(name_token(token)), over, END)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_get_shows_the_number_and_the_title_and_changes_nothing(api, shop, tables, language):
    page = browse(api, f"/entries/{put_entry(tables)}?lang={language}")
    words = find_words(language, "links", LinkWords)

    assert page.status_code == 200
    for part in (write_number(KEY), words.withdraw_button, words.correct_button):
        assert part in page.body.decode()
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert read_inbox(shop) == []


def test_withdrawing_is_kept_once_however_often_it_is_pressed(api, shop, tables):
    token = put_entry(tables)
    answers = [press(api, token, answer) for answer in ("withdraw", "withdraw", "correct", "withdraw")]

    assert [answer.status_code for answer in answers] == [200, 200, 303, 200]
    assert "Withdrawn" in answers[0].body.decode()
    assert read_inbox(shop) == [("entry", {"link": name_token(token), "entry": KEY})]


def test_a_correction_withdraws_and_leads_to_the_form(api, shop, tables):
    answer = press(api, put_entry(tables, "warranty"), "correct", "?lang=fa")

    assert (answer.status_code, answer.headers["Location"].partition("/forms/")[2]) == (303, "warranty?lang=fa")
    assert len(read_inbox(shop)) == 1


@pytest.mark.parametrize("form", ["", "none", "../words"])
def test_an_entry_without_a_form_of_ours_can_only_be_withdrawn(api, shop, tables, form):
    token = put_entry(tables, form)
    page = browse(api, f"/entries/{token}").body.decode()

    assert "Correct it" not in page
    assert write_number(KEY) in page
    assert press(api, token, "correct").status_code == 200
    assert len(read_inbox(shop)) == 1


@pytest.mark.parametrize("answer", ["", "yes", "delete", "withdraw&answer=x"])
def test_another_answer_withdraws_nothing(api, shop, tables, answer):
    assert press(api, put_entry(tables), answer).status_code in (200, 422)
    assert [topic for topic, _ in read_inbox(shop)] == ["entry"] * (answer == "x")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_shipped_is_not_withdrawn_and_the_page_says_so(api, shop, tables, language):
    token = put_entry(tables)
    close(tables, token, "shipped")
    words = find_words(language, "links", LinkWords)
    answers = [browse(api, f"/entries/{token}?lang={language}")]
    answers += [press(api, token, answer, f"?lang={language}") for answer in ("withdraw", "correct")]

    assert {answer.status_code for answer in answers} == {200}
    assert all(words.shipped_title in answer.body.decode() for answer in answers)
    assert all("<button" not in answer.body.decode() for answer in answers)
    assert read_inbox(shop) == []


def test_what_was_withdrawn_is_shown_so_and_can_be_typed_anew(api, tables):
    token = put_entry(tables)
    close(tables, token, "withdrawn")

    assert "Withdrawn" in browse(api, f"/entries/{token}").body.decode()
    assert press(api, token, "correct").status_code == 303


def test_every_other_link_is_gone(api, shop, tables):
    expired = put_entry(tables, expires_at=LONG_AGO)
    for token in (expired, make_token(), "x", *(put_link(tables, kind) for kind in ("go", "stop", "confirm"))):
        for answer in (browse(api, f"/entries/{token}"), press(api, token, "withdraw")):
            assert answer.status_code == 404
            assert "This link no longer works" in answer.body.decode()
    for page in ("unsubscribe", "confirm", "preferences", "go"):
        assert browse(api, f"/{page}/{put_entry(tables)}").status_code == 404
    assert read_inbox(shop) == []


def test_nothing_is_called_done_that_was_not_kept(api, tables, own_tables):
    token = put_entry(tables)
    with break_table(tables, "inbox"):
        answer = press(api, token, "withdraw")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Withdraw it" in answer.body.decode()
    assert SHOP in answer.body.decode()


def test_the_link_says_nothing_of_a_person(tables):
    link = a_link("entry", entry=KEY, form="pre-order", expires_at=END)

    assert set(link.model_dump(exclude_defaults=True)) <= {
        "kind",
        "language",
        "campaign",
        "mail_id",
        "entry",
        "form",
        "expires_at",
    }
