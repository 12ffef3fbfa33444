"""A form for a customer whom the shop knows asks nothing that tells who one is, and still holds together."""

import pytest

from chalicelib.forms.definition import Form
from chalicelib.forms.known import ask_known
from chalicelib.forms.library import find_form, list_forms
from chalicelib.forms.score import choose_score


@pytest.mark.parametrize("name", list_forms())
def test_every_form_that_ships_can_be_asked_without_names(name):
    form = find_form(name)
    known = ask_known(form)

    left = {field.name for field in form.fields} - {field.name for field in known.fields}
    assert left <= {"name", "email", "phone", "address"}
    assert not {"name", "email", "phone"} & {field.name for field in known.fields}
    assert known.consents == form.consents
    assert [each for step in known.steps for each in step.fields] in ([], [field.name for field in known.fields])
    if known.steps:
        assert [each for step in known.steps for each in step.consents] == [ask.purpose for ask in form.consents]
    if known.fields:  # it is a faultless form by itself, but for the address that a confirmation would go to
        Form.model_validate(known.model_copy(update={"confirm": False}).model_dump())


def test_no_other_site_may_show_it():
    form = find_form("survey").model_copy(update={"origins": ("https://www.shop.example",)})

    assert ask_known(form).origins == ()


def test_the_surveys_own_questions_stay_in_their_steps_and_its_consent_in_the_last():
    steps = ask_known(find_form("survey")).steps

    assert [step.fields for step in steps] == [("score",), ("why",), ("why_us",), ("found_us",)]
    assert [step.consents for step in steps] == [(), (), (), ("marketing",)]


@pytest.mark.parametrize("required", [True, False])
def test_a_postal_address_is_asked_only_where_the_form_needs_one(required):
    form = find_form("sign-up")
    fields = [
        field.model_copy(update={"required": required}) if field.name == "address" else field for field in form.fields
    ]
    known = ask_known(form.model_copy(update={"fields": tuple(fields)}))

    assert ("address" in {field.name for field in known.fields}) is required


@pytest.mark.parametrize("groups", [(("email", "phone"),), (("email", "why"),)])
def test_a_group_that_names_somebody_is_answered_by_the_link(groups):
    assert ask_known(find_form("survey").model_copy(update={"one_of": groups})).one_of == ()


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("0", True), ("10", True), ("11", False), ("-1", False), ("07", False), ("٧", False), ("1" * 400, False)],
)
def test_only_a_number_of_the_scale_is_chosen(text, chosen):
    assert choose_score(find_form("survey"), text) == ({"score": [text]} if chosen else {})


def test_a_scale_below_nought_takes_its_own_numbers():
    form = find_form("survey")
    score = form.fields[0].model_copy(update={"least": -2, "most": 2})

    assert choose_score(form.model_copy(update={"fields": (score,)}), "-2") == {"score": ["-2"]}
