"""What a page repeats of an answer: enough to recognise it, and no more."""

import pytest

from chalicelib.forms.definition import Form
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.forms.masking import mask_email, mask_name, mask_phone, shorten_text
from chalicelib.forms.validation import CleanForm
from chalicelib.pages.summary import list_answers


@pytest.mark.parametrize(
    ("address", "shown"),
    [("asha@example.com", "a***@example.com"), ("a@example.com", "a***@example.com"), ('"x@y"@b.de', '"***@b.de')],
)
def test_an_address_shows_its_first_sign_and_its_domain(address, shown):
    assert mask_email(address) == shown


@pytest.mark.parametrize(("number", "shown"), [("+49305557767", "***67"), ("12 ext. 3", "***23"), ("x", "***")])
def test_a_number_shows_its_last_two_digits(number, shown):
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Asha Rao", "A***"), ("Әсел", "Ә***"), ("हिना", "हि***"), ("রুখসানা", "রু***"), ("سارا", "س***"), ("A", "A***")],
)
def test_a_name_shows_its_first_letter_whole(name, shown):
    assert mask_name(name) == shown


def test_a_long_text_is_one_short_line():
    assert shorten_text("one\n two") == "one two"
    assert len(shorten_text("word " * 100)) <= 61


def test_a_year_of_birth_that_is_kept_as_a_band_is_not_repeated():
    survey = find_form("survey").model_dump()
    year = {"name": "birth_year", "type": "integer", "personal": True, "place": "profile", "as_band": True}
    label = {language: "Year" for language in survey["title"]}
    form = Form.model_validate(
        {**survey, "fields": [{**year, "label": label}], "one_of": [], "consents": [], "steps": []}
    )
    clean = CleanForm(form, "en", "Corner Shop", {"age_band": "25-34"}, {}, ())

    assert list_answers(clean, find_interface("en")) == [("Year", "given")]
