"""Field types: one class each. A new one needs no change in the page, the embedded form, the schema or the checks."""

import re
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from chalicelib.forms.definition import Form
from chalicelib.forms.field import Field
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import find_form
from chalicelib.forms.question import Question
from chalicelib.forms.reasons import RefusedValueError
from chalicelib.forms.schema import write_schema
from chalicelib.forms.types import TYPES
from chalicelib.forms.types.base import SPECIAL
from chalicelib.forms.types.text import Text
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.forms.view import show_field
from chalicelib.pages.form_page import render_form
from chalicelib.words import list_languages

PAGES = Path(__file__).parents[2] / "chalicelib" / "pages"
OCCASION = Occasion("US", date(2026, 3, 1))
WORDS = find_interface("en")
OPTIONS = [{"value": "a", "label": {"en": "A"}}, {"value": "b", "label": {"en": "B"}}]
SETTINGS = {"options": OPTIONS, "least": 0, "most": 1, "low": {"en": "No"}, "high": {"en": "Yes"}, "past": True}
SETTINGS |= {"as_band": True, "max_characters": 9, "max_bytes": 9}


def make_field(kind: str, **keys: Any) -> Field:
    """Return a field of a type with what it needs."""
    needed = {key: SETTINGS[key] for key in TYPES[kind].needs}
    basic = {"name": "q", "type": kind, "label": {"en": "Q"}, "personal": False}
    return Field.model_validate({**basic, **needed, **keys})


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_takes_its_own_keys_and_refuses_all_others(kind):
    own = {*TYPES[kind].needs, *TYPES[kind].takes}
    for key in SPECIAL:
        keys = {key: SETTINGS[key], **({"name": "birth_year", "place": "profile"} if key == "as_band" else {})}
        if key in own:
            make_field(kind, **keys, **({"personal": True} if key == "as_band" else {}))
        elif key != "as_band":  # other names than birth_year refuse that key by themselves
            with pytest.raises(ValueError, match=f"{kind} does not take {key}"):
                make_field(kind, **keys)


@pytest.mark.parametrize("kind", [kind for kind in TYPES if TYPES[kind].needs])
def test_a_type_without_what_it_needs_is_refused(kind):
    with pytest.raises(ValueError, match=f"{kind} needs options"):
        make_field(kind, options=[])


@pytest.mark.parametrize("kind", TYPES)
def test_an_empty_answer_is_none_and_another_shape_is_refused(kind):
    field = make_field(kind)

    assert field.clean("", OCCASION) is None
    with pytest.raises(RefusedValueError, match="wrong_type"):
        field.clean({"a": 1}, OCCASION)
    Draft202012Validator.check_schema(field.kind.schema(field))


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_shown_has_all_that_page_and_embed_draw_from(kind):
    shown = show_field(make_field(kind), WORDS)

    assert shown["control"] in ("line", "lines", "pick", "scale", "ranks")
    assert bool(shown["options"]) is (shown["control"] in ("pick", "scale", "ranks"))
    assert ("ranks" in shown, "ends" in shown) == (shown["control"] == "ranks", shown["control"] == "scale")
    assert shown["control"] != "pick" or shown["input"]["type"] in ("radio", "checkbox")
    assert shown["none"] == ""  # only the preferences page has an answer that changes nothing


@pytest.mark.parametrize("file", ["embed.js", "templates/field.html", "form_page.py"])
def test_no_renderer_looks_at_the_type(file):
    source = (PAGES / file).read_text("utf-8")

    assert "field.type" not in source
    assert not re.search(rf"[\"'/](?:{'|'.join(TYPES)})[\"'/]", source.replace('type="checkbox"', ""))


class Colour(Text):
    """A colour, as a type that a shop adds for itself."""

    name = "colour"
    sentences = "colour"
    attributes: ClassVar[dict[str, str]] = {"type": "color", "dir": "ltr"}

    def clean(self, field: Question, value: Any, occasion: Occasion) -> Any:
        """Return a colour in lower case."""
        text = str(super().clean(field, value, occasion) or "").lower()
        if text and not re.fullmatch("#[0-9a-f]{6}", text):
            raise RefusedValueError("invalid")
        return text or None


def test_a_type_of_ones_own_is_one_class(monkeypatch):
    monkeypatch.setitem(TYPES, "colour", Colour())
    survey = find_form("newsletter")
    label = dict.fromkeys(survey.languages, "Your colour?")
    asked = Field.model_validate({"name": "colour", "type": "colour", "label": label, "personal": False})
    form = Form.model_validate(survey.model_dump() | {"fields": (*survey.fields, asked)})
    answers = {"email": "asha@example.com", "consent_marketing": True, "colour": "#1D5F50"}
    schema = write_schema(form, "en", "https://shop.example/forms/newsletter", "Corner Shop")
    page = render_form(
        form, WORDS, shop="Corner Shop", address="/forms/x", page_token="t", typed={"colour": ["#ff0000"]}
    )

    assert validate_form(form, answers, language="en", shop="Corner Shop", occasion=OCCASION).entry == {
        "colour": "#1d5f50"
    }
    assert schema["properties"]["colour"] == {"title": "Your colour?", "type": "string", "maxLength": 200}
    Draft202012Validator(schema).validate(answers)
    assert re.search(r'<input id="f-colour" [^>]*type="color" dir="ltr" value="#ff0000">', page)
    assert all(find_interface(each).explain_reason(form, "colour", "invalid") for each in list_languages())
