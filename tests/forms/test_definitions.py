"""Definitions: complete in every language, and a mistake in a file is told with its place."""

import json
import re
import tomllib

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import DEFINITIONS, find_form, list_forms, load_form
from chalicelib.forms.reasons import REASONS
from chalicelib.forms.words import walk_words
from chalicelib.words import list_languages

SHIPPED = ("newsletter", "pre-order", "sign-up", "survey", "warranty")
LANGUAGES = ("en", "hi", "bn", "kk", "fa")
# What each language is written in; Kazakh has letters that Russian lacks.
SCRIPTS = {
    "en": "[A-Za-z]",
    "hi": "[\u0900-\u097f]",
    "bn": "[\u0980-\u09ff]",
    "kk": "[\u0400-\u04ff]",
    "fa": "[\u0600-\u06ff]",
}

FORM = """
kind = "response"
version = "2026-01-31"
title.en = "Ask us"
intro.en = "Anything."
submit.en = "Send"
thanks_title.en = "Thank you"
thanks.en = "We answer soon."

[[fields]]
name = "question"
type = "long_text"
personal = true
label.en = "Your question"
"""


@pytest.fixture
def write_form(tmp_path):
    """Return a function that writes a definition and loads it."""

    def write(text, name="ask-us"):
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return load_form(path)

    return write


def test_five_forms_are_shipped():
    assert list_forms() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_forms_speak_five_languages(name):
    assert find_form(name).languages == LANGUAGES


@pytest.mark.parametrize("name", SHIPPED)
def test_every_text_is_written_in_its_languages_own_script(name):
    for place, words in walk_words(find_form(name)):
        for language in LANGUAGES:
            assert re.search(SCRIPTS[language], words[language]), f"{place} in {language}"
            if language in ("hi", "bn", "fa"):
                latin = re.sub(r"\bI\b|\{shop\}", "", words[language])
                assert not re.search("[A-Za-z]{4,}", latin), f"{place} in {language} is half English"


@pytest.mark.parametrize("name", SHIPPED[1:])
def test_each_shipped_form_asks_for_the_contacts_by_the_same_names(name):
    form = find_form(name)
    contacts = {field.name: field.type for field in form.fields if field.place == "profile"}

    assert {"name": "text", "email": "email", "phone": "phone"}.items() <= contacts.items()
    assert ("address" in contacts) is (name != "survey")  # an answer to a survey needs no postal address


@pytest.mark.parametrize("name", ["sign-up", "pre-order", "warranty"])
def test_each_optional_question_says_why_it_is_asked(name):
    assert [field.name for field in find_form(name).fields if not field.required and not field.why] == []


def test_the_sign_up_needs_its_first_step_alone_and_the_survey_has_the_four_questions_that_its_intro_names():
    first, rest = find_form("sign-up").steps
    *questions, who = find_form("survey").steps

    assert (first.fields, first.consents, first.optional, rest.optional) == (("email",), ("marketing",), False, True)
    assert [(step.fields, step.consents, step.optional) for step in questions] == [
        ((name,), (), False) for name in find_form("survey").one_of[0]
    ]
    assert (len(questions), who.optional, who.consents) == (4, True, ("marketing",))


def test_the_newsletter_asks_for_an_address_alone_and_for_its_owner_to_confirm():
    form = find_form("newsletter")

    assert [(field.name, field.required) for field in form.fields] == [("email", True)]
    assert [(ask.purpose, ask.required) for ask in form.consents] == [("marketing", True)]
    assert form.confirm


def test_both_forms_of_the_mailing_list_ask_by_mail_and_no_other_does():
    assert [name for name in SHIPPED if find_form(name).confirm] == ["newsletter", "sign-up"]


def test_a_survey_needs_no_contact_and_a_sign_up_needs_an_address_and_a_yes():
    def required(name):
        return [field.name for field in find_form(name).fields if field.required]

    assert required("survey") == []
    assert required("sign-up") == ["email"]
    assert [ask.required for ask in find_form("sign-up").consents] == [True]
    assert "name" in required("pre-order")
    assert find_form("pre-order").one_of == (("email", "phone"),)


def test_the_survey_ranks_reasons_and_scores_from_nought_to_ten():
    form = find_form("survey")

    assert form.find_field("score").bounds == (0, 10)
    assert {field.name: field.type for field in form.fields}.items() >= {
        "why": "long_text",
        "why_us": "ranking",
        "found_us": "choice",
    }.items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_interface_has_a_sentence_for_every_reason(language):
    words = find_interface(language)

    assert set(REASONS) <= set(words.reasons)
    assert len(set(words.digits)) == 10


def test_interfaces_have_the_same_words_and_the_same_gaps():
    def outline(value):
        if isinstance(value, dict):
            return {name: outline(inner) for name, inner in value.items()}
        return len(value) if isinstance(value, tuple) else sorted(re.findall(r"\{\w+\}", value))

    outlines = [outline(find_interface(language).model_dump()) for language in list_languages()]

    assert set(list_languages()) == set(LANGUAGES)
    assert all(each == outlines[0] for each in outlines)


STEPPED = (
    FORM
    + """
[[fields]]
name = "email"
type = "email"
personal = true
place = "profile"
label.en = "E-mail"

[[steps]]
fields = ["question"]

[[steps]]
fields = ["email"]
consents = ["marketing"]
optional = true
title.en = "For our answer"

[[consents]]
purpose = "marketing"
version = "2026-01-31"
words.en = "Write to me."
"""
)
UNSTEPS = {
    "an optional step without a title": ('title.en = "For our answer"\n', "", "the step of email needs a title"),
    "an optional step first": ('fields = ["question"]', 'fields = ["question"]\noptional = true', "come last"),
    "a question left out": ('fields = ["question"]\n\n[[steps]]\n', "", "one step alone"),
    "a step of an unknown question": ('fields = ["email"]', 'fields = ["colour"]', "every field once, in the order"),
    "a question in two steps": ('fields = ["email"]', 'fields = ["question", "email"]', "every field once"),
    "a consent left out": ('consents = ["marketing"]\n', "", "every consent once"),
    "a step without questions": ('fields = ["email"]', "fields = []", "steps.1.fields"),
    "an optional step that requires an answer": ('type = "email"', 'type = "email"\nrequired = true', "requires email"),
    "an optional step that requires a consent": ("words.", "required = true\nwords.", "requires marketing"),
    "a title in another language": ('title.en = "For', 'title.fa = "x"\ntitle.en = "For', "steps.1.title"),
}


@pytest.mark.parametrize("name", UNSTEPS)
def test_steps_that_leave_out_or_contradict_something_are_refused(write_form, name):
    old, new, told = UNSTEPS[name]
    assert old in STEPPED

    assert [step.optional for step in write_form(STEPPED, "sound").steps] == [False, True]
    with pytest.raises(DefinitionError, match=re.escape(told)):
        write_form(STEPPED.replace(old, new))


def test_a_step_of_several_questions_needs_a_title(write_form):
    other = '\n[[fields]]\nname = "size"\ntype = "text"\npersonal = false\nlabel.en = "Size"\n\n[[steps]]'
    several = STEPPED.replace("[[steps]]", other, 1).replace('["email"]', '["email", "size"]')
    several = several.replace("optional = true\n", "")

    assert write_form(several, "sound").steps[1].fields == ("email", "size")
    with pytest.raises(DefinitionError, match="the step of email needs a title"):
        write_form(several.replace('title.en = "For our answer"\n', ""))


def test_a_form_of_ones_own_is_one_file(write_form):
    form = write_form(FORM)

    assert (form.name, form.languages, form.find_field("question").character_limit) == ("ask-us", ("en",), 4000)


KIND = 'kind = "response"'
QUESTION = 'name = "question"'


def after_kind(line):
    """Return the break that adds a line to the head of the file."""
    return KIND, f"{KIND}\n{line}"


BREAKS = {
    "no type": ('type = "long_text"\n', "", "fields.question.type: Field required"),
    "unknown type": ("long_text", "essay", "fields.question.type"),
    "unknown key": (*after_kind('colour = "red"'), "colour: Extra inputs"),
    "nobody decided whether it is personal": ("personal = true\n", "", "fields.question.personal: Field required"),
    "one language more": ('label.en = "Your', 'label.fa = "x"\nlabel.en = "Your', "fields.0.label"),
    "one language less": ('title.en = "Ask', 'title.fa = "x"\ntitle.en = "Ask', "intro"),
    "an empty text": ('"Anything."', '""', "intro.en"),
    "options on text": (QUESTION, f'{QUESTION}\noptions = [{{value = "a", label.en = "A"}}]', "fields.question"),
    "an e-mail field that is not one": (QUESTION, 'name = "email"', "email must be: type email"),
    "a reserved name": (QUESTION, 'name = "page_token"', "page_token"),
    "a consent's name": (QUESTION, 'name = "consent_x"', "consent_x"),
    "the honeypot's name": (QUESTION, 'name = "referral_note"', "referral_note"),
    "a wildcard origin": (*after_kind('origins = ["https://*.shop.example"]'), "origins.0"),
    "an origin with a path": (*after_kind('origins = ["https://shop.example/"]'), "origins.0"),
    "a plain http origin": (*after_kind('origins = ["http://shop.example"]'), "origins.0"),
    "a redirect with a user": (*after_kind('redirects = ["https://shop.example@evil.example/"]'), "redirects.0"),
    "a redirect with a backslash": (*after_kind("redirects = ['https://shop.example\\@evil.example']"), "redirects.0"),
    "a script as redirect": (*after_kind('redirects = ["javascript:alert(1)"]'), "redirects.0"),
    "a group of unknown fields": (*after_kind('one_of = [["email"]]'), "one_of names no field: email"),
    "a version that is no date": ("2026-01-31", "two", "version"),
    "no TOML": ("[[fields]]", "[[fields", "line"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_mistake_in_a_file_is_told_with_file_and_place(write_form, name):
    old, new, told = BREAKS[name]
    assert old in FORM

    with pytest.raises(DefinitionError) as caught:
        write_form(FORM.replace(old, new))

    assert str(caught.value).startswith("ask-us.toml")
    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["../errors", "sign-up.toml", "SIGN-UP", "", "sign-up\n", "nope", "a" * 200])
def test_unknown_names_find_no_form(name):
    assert find_form(name) is None


def test_consent_words_of_the_shipped_forms_are_the_same_under_one_version():
    said: dict[tuple[str, str], set[str]] = {}
    for name in SHIPPED:
        for ask in tomllib.loads((DEFINITIONS / f"{name}.toml").read_text("utf-8"))["consents"]:
            said.setdefault((ask["purpose"], ask["version"]), set()).add(json.dumps(ask["words"], sort_keys=True))

    assert all(len(wordings) == 1 for wordings in said.values())
