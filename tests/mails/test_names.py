"""Names in greetings: what strangers type must not turn a shop's mail into theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mails.language import find_mail_language
from chalicelib.mails.names import LONGEST, clean_name, clean_product
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.words import MailWords
from chalicelib.words import list_languages
from infra.deploy.preview import invent_words


@pytest.mark.parametrize(
    "name",
    [
        "Asha Rao",
        "आशा राव",
        "রহিমা খাতুন",
        "Әсел Нұрланқызы",
        "مریم رضایی",
        "علی\u200cرضا",
        "Seán O'Brien",
        "Zoë d’Arc",
        "Anne-Marie",
        "J. R. R. Tolkien",
        "Åsa Öberg, Jr.",
        "王小明",
        "Nguyễn Văn An",
        "Gal·la",
        "X",
        "Жұмабек",
    ],
)
def test_an_ordinary_name_stays_as_it_is(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Asha   Rao ", "Asha Rao"),
        ("Dr.Asha Rao", "Dr. Asha Rao"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("Evil.Com", "Evil. Com"),
        ("e\u0301va", "éva"),
        ("Maximiliana Konstantina Theodora von und zu Hohenfels", "Maximiliana Konstantina Theodora von und"),
        ("Asha Rao,", "Asha Rao"),
    ],
)
def test_a_name_is_tidied(typed, name):
    assert clean_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "Win $1000 at http://evil.example",
        "http://evil.example",
        "evil.example",
        "visit evil.example now",
        "www evil",
        "www.evil.example",
        "https evil",
        "a@evil.example",
        "asha rao 2",
        "Bob\nSubject: x",
        "Bob\r\nBcc: v",
        "<b>Asha</b>",
        "{{7*7}}",
        "${7*7}",
        "[click](http://evil)",
        "Asha\u202eoaR",
        "Asha\u200bRao",
        "Asha\u2028Rao",
        "evil。example",
        "evil．example",
        "ａ／ｂ",
        "Asha!",
        "Asha & Co",
        "*Asha*",
        "☎ Asha",
        "💰 Asha",
        "пример.рф",
        "---",
        "...",
        "Z" + "\u0301" * 9,
        "x" * 41,
        "x " * 300,
        "\ud800",
        "\x00",
        "Asha\tRao",
        "Asha\u00a0Rao",
        "tel:Asha",
        "Asha/Rao",
    ],
)
def test_what_is_no_name_is_left_out(typed):
    assert clean_name(typed) == ""


@given(st.text(max_size=80))
def test_a_name_is_short_plain_and_the_same_when_cleaned_again(typed):
    name = clean_name(typed)

    assert len(name) <= LONGEST
    assert clean_name(name) == name
    assert name.isprintable() or any(joiner in name for joiner in "\u200c\u200d")
    assert not set(name) & set('<>&"/\\@:%$#{}[]()=;!?*_`|~^+0123456789\r\n\t')


@given(st.from_regex(r"[a-z]{2,9}\.[a-z]{2,9}", fullmatch=True), st.text("abc ABC.", max_size=9))
def test_no_domain_is_left_that_a_mail_program_would_make_a_link_of(domain, around):
    name = clean_name(f"{around} {domain} {around}")

    assert domain not in name


@pytest.mark.parametrize("language", list_languages())
def test_greeting_reads_naturally_with_and_without_a_name(language):
    words, spoken = invent_words("win-back", language), find_mail_language(language)
    named = render_mail("win-back", language, words)
    unnamed = render_mail("win-back", language, MailWords.model_validate(words.model_dump() | {"person_name": "1"}))

    assert spoken.greeting.format(name=words.person_name) in named.text.splitlines()
    assert f"<bdi>{words.person_name}</bdi>" in named.html
    assert spoken.greeting_unnamed in unnamed.text.splitlines()
    assert f">{spoken.greeting_unnamed}</p>" in unnamed.html
    assert "<bdi></bdi>" not in unnamed.html


@pytest.mark.parametrize(
    "product",
    ["Blue teapot", "Kettle 3000", "चाय का प्याला", "কাপ", "Көк шәйнек, үлкен", "قوری آبی", "Tea-pot No. 5", "d’Or 70"],
)
def test_a_product_stands_in_a_mail_as_typed(product):
    assert clean_product(f"  {product}\n") == product


@pytest.mark.parametrize(
    "text",
    [
        "see evil.example",
        "https://evil.example",
        "www evil",
        "call 0301234567",
        "win 1,000,000",
        "a@b",
        "<b>x</b>",
        "{{ 7 }}",
        "12345",
        "1234",
        "x" * 61,
        "a\u202eb",
        "$5",
        "",
    ],
)
def test_what_may_be_an_advertisement_stands_in_no_mail(text):
    assert clean_product(text) == ""
