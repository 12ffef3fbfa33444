"""The topics of the preferences page: read from the forms of a shop, whatever these are."""

import pytest

from chalicelib.forms.library import DEFINITIONS, UNLISTED, list_forms, load_form
from chalicelib.forms.topics import add_topics
from tests.builders.own import open_own

FORM = """
kind = "{kind}"
version = "2026-11-29"
title = {{ en = "Tea", eo = "Teo" }}
intro = {{ en = "Tea", eo = "Teo" }}
submit = {{ en = "Send", eo = "Sendi" }}
thanks_title = {{ en = "Thanks", eo = "Dankon" }}
thanks = {{ en = "Thanks", eo = "Dankon" }}
{consent}
[[fields]]
name = "interests"
type = "{type}"
personal = false
place = "{place}"
label = {{ en = "Which teas?", eo = "Kiuj teoj?" }}
{sensitive}
options = [
  {{ value = "green", label = {{ en = "Green tea", eo = "Verda teo" }} }},
  {{ value = "new", label = {{ en = "Not this label", eo = "Ne" }} }},
]
"""
PLAIN = {"kind": "survey", "type": "choices", "place": "profile", "consent": "", "sensitive": ""}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the shop's own folder, empty."""
    with open_own(tmp_path, monkeypatch):
        (tmp_path / "forms").mkdir()
        yield tmp_path


def write_form(folder, name, **other):
    (folder / "forms" / f"{name}.toml").write_text(FORM.format(**{**PLAIN, **other}), "utf-8")


def read_topics():
    """Return the label and the options of the question for topics, in English; None where there is none."""
    field = add_topics(load_form(UNLISTED / "preferences.toml")).find_field("interests")
    return field and (field.label["en"], [(option.value, option.label["en"]) for option in field.options])


def test_a_shops_own_sign_up_has_its_own_topics_on_the_page(folder):
    write_form(folder, "sign-up", kind="sign-up")

    assert read_topics() == ("Which teas?", [("green", "Green tea"), ("new", "Not this label")])


def test_topics_of_other_forms_come_after_those_of_the_sign_up_and_none_twice(folder):
    write_form(folder, "a-survey", type="choice")

    label, options = read_topics()
    shipped = load_form(DEFINITIONS / "sign-up.toml").find_field("interests")
    assert label == shipped.label["en"]
    assert options == [*((option.value, option.label["en"]) for option in shipped.options), ("green", "Green tea")]


@pytest.mark.parametrize("other", [{"place": "entry"}, {"type": "ranking"}, {"kind": "nothing"}])
def test_a_form_that_asks_for_no_topics_adds_none(folder, other):
    write_form(folder, "tea", **other)

    assert [value for value, _ in read_topics()[1]] == ["new", "offers", "events"]


def test_a_sensitive_question_is_no_topic(folder):
    consent = 'consents = [{ purpose = "marketing", version = "2026-11-29", words = { en = "Yes", eo = "Jes" } }]'
    write_form(folder, "tea", sensitive='sensitive = "marketing"', consent=consent)

    assert [value for value, _ in read_topics()[1]] == ["new", "offers", "events"]


def test_a_shop_without_topics_asks_for_none(folder):
    (folder / "off.toml").write_text('forms = ["sign-up"]\n', "utf-8")
    asking = [name for name in list_forms() if load_form(DEFINITIONS / f"{name}.toml").find_field("interests")]

    assert asking == []
    assert read_topics() is None
