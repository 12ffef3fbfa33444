"""docs/forms.md names every key, type, reason code and error there is, and no key that there is not."""

import re
from pathlib import Path

import pytest

from chalicelib.forms.definition import RESERVED, ConsentAsk, Form, Parent, Spam
from chalicelib.forms.field import LENGTHS, Field
from chalicelib.forms.library import DEFINITIONS
from chalicelib.forms.question import Option
from chalicelib.forms.reasons import REASONS
from chalicelib.forms.step import Step
from chalicelib.forms.types import TYPES
from chalicelib.models import Model

PAGE = (Path(__file__).parents[2] / "docs" / "forms.md").read_text("utf-8")
SECTIONS: dict[str, type[Model]] = {
    "### The form": Form,
    "### `[[fields]]`": Field,
    "### `[[steps]]`": Step,
    "### `[[consents]]`": ConsentAsk,
    "### `[parent]`": Parent,
    "### `[spam]`": Spam,
}


def read_section(heading):
    return PAGE.split(heading + "\n", 1)[1].split("\n#", 1)[0]


def list_keys(heading):
    """Return the keys in the first column of a section's first table."""
    table = read_section(heading).split("| key |", 1)[1].split("\n\n", 1)[0]
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_documented_and_no_other(heading):
    model = SECTIONS[heading]

    assert list_keys(heading) == set(model.model_fields) - ({"name"} if model is Form else set())


def test_defaults_and_musts_are_those_of_the_model():
    for heading, model in SECTIONS.items():
        for row in read_section(heading).splitlines():
            cells = [cell.strip() for cell in row.strip("|").split("|")]
            for key in re.findall(r"^`(\w+)`$", cells[0]):
                field = model.model_fields.get(key)
                if field is None:
                    continue
                if model is Spam:
                    assert cells[1].strip("`") == str(field.default), key
                else:
                    assert (cells[1] == "yes") is field.is_required(), key


def test_every_type_and_limit_is_documented():
    section = read_section("### `[[fields]]`")
    for kind in TYPES:
        row = next(line for line in section.splitlines() if line.startswith(f"| `{kind}` |"))
        if kind in ("text", "long_text", "address"):
            assert f"({LENGTHS[kind]:,} characters)" in row
    assert set(Option.model_fields) == {"value", "label"}


def test_every_reason_code_and_every_travelling_name_is_documented():
    assert set(re.findall(r"`(\w+)`", PAGE.split("Reason codes:")[1].split("\n\n")[0])) == set(REASONS)
    assert set(RESERVED) <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


def test_the_example_shows_the_version_that_the_sign_up_has():
    (version,) = re.findall(r'name="consent_marketing" value="([^"]+)"', PAGE)

    assert f'version = "{version}"' in (DEFINITIONS / "sign-up.toml").read_text("utf-8")
