"""The score of a form in a mail: a row of links in every language, and the button alone where there is none."""

import html5lib
import pytest

from chalicelib.forms.library import find_form
from chalicelib.mails import scale
from chalicelib.mails.language import find_mail_language
from chalicelib.mails.rendering import render_mail
from chalicelib.words import list_languages
from infra.deploy.preview import invent_words

NAME = "survey-invitation"


def read_links(mail):
    """Return the links of a mail's page, as elements."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return list(parser.parse(mail.html).iter("a"))


def list_marks(mail):
    return [link for link in read_links(mail) if link.get("class") == "mark"]


def read_text(element):
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("language", list_languages())
def test_the_score_can_be_pressed_in_the_mail(language):
    words = invent_words(NAME, language)
    mail = render_mail(NAME, language, words)
    marks, field, digits = list_marks(mail), find_form("survey").fields[0], find_mail_language(language).digits

    assert [link.get("href") for link in marks] == [f"{words.link}?score={number}" for number in range(11)]
    assert [read_text(link) for link in marks] == [*digits, digits[1] + digits[0]]
    names = [link.get("aria-label") for link in marks]
    assert len(set(names)) == 11
    assert all(read_text(link) in name for link, name in zip(marks, names, strict=True))
    assert (field.low[language] in names[0], field.high[language] in names[-1]) == (True, True)
    for said in (field.label, field.low, field.high):
        assert f">{said[language]}<" in mail.html or f"= {said[language]}<" in mail.html
    assert [line for line in mail.text.splitlines() if "/answer/" in line] == [words.link]


@pytest.mark.parametrize(
    ("scores", "shown"),
    [
        ([], []),
        ([{"most": 11}], []),
        ([{"least": 1, "most": 5, "name": "liked"}, {}], ["1", "2", "3", "4", "5"]),
        ([{"high": None}], [str(number) for number in range(11)]),
    ],
    ids=["no score", "too many numbers", "the first of two", "one end without words"],
)
def test_the_numbers_are_those_of_the_forms_own_first_score(monkeypatch, scores, shown):
    own = find_form("survey").fields
    fields = [own[0].model_copy(update=changes) for changes in scores]
    form = find_form("survey").model_copy(update={"fields": (own[1], *fields), "one_of": (), "steps": ()})
    monkeypatch.setattr(scale, "find_form", lambda name: form)
    words = invent_words(NAME, "en")
    mail = render_mail(NAME, "en", words)

    assert [read_text(link) for link in list_marks(mail)] == shown
    assert words.link in [link.get("href") for link in read_links(mail)]  # the button stays
    assert ("10 = " in mail.html) is False


def test_an_invitation_to_no_form_has_the_button_alone():
    words = invent_words(NAME, "en").model_copy(update={"form": ""})
    mail = render_mail(NAME, "en", words)

    assert list_marks(mail) == []
    assert "Press a number" not in mail.html
    assert words.link in [link.get("href") for link in read_links(mail)]
