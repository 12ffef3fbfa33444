"""Every kind of definition file is read alike: a mistake is told with file, line and place, and without the value."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.campaigns import library as campaigns
from chalicelib.definitions import find_line
from chalicelib.errors import DefinitionError
from chalicelib.forms import library as forms
from chalicelib.imports.column_map import load_map
from chalicelib.mails import templates
from chalicelib.senders import form_maps
from chalicelib.shop import ages, purposes, retention
from infra.places import ROOT

TYPED = "asel@example.com"  # what must never be repeated


def load_shop(path):
    """Return the shop's clock from a file of any name."""
    return campaigns.load_shop(path.rename(path.with_name("_shop.toml")).parent)


def load_template(path):
    """Return the mail template of a file, through the folder that it is in."""
    before, templates.TEMPLATES = templates.TEMPLATES, path.parent
    templates.list_templates.cache_clear()
    try:
        return templates.find_template.__wrapped__(path.stem)
    finally:
        templates.TEMPLATES = before
        templates.list_templates.cache_clear()


@dataclass(frozen=True)
class Kind:
    """A kind of file: one that ships, its reader, a line with its place, and a line that it cannot lack."""

    source: Path
    load: object
    line: str
    place: str
    needed: tuple[str, str]


KINDS = {
    "campaign": Kind(
        campaigns.DEFINITIONS / "welcome.toml",
        campaigns.load_campaign,
        'trigger = "after-sign-up"',
        "when.trigger",
        ("good_for_days = 3\n", "good_for_days"),
    ),
    "shop": Kind(campaigns.DEFINITIONS / "_shop.toml", load_shop, "mails = 2", "cap.mails", ("days = 7\n", "cap.days")),
    "form": Kind(
        forms.DEFINITIONS / "newsletter.toml",
        forms.load_form,
        'type = "email"',
        "fields.email.type",
        ("personal = true\n", "fields.email.personal"),
    ),
    "mail template": Kind(
        templates.TEMPLATES / "welcome.toml",
        load_template,
        "marketing = true",
        "marketing",
        ("[subject]", "subject"),
    ),
    "purposes": Kind(
        purposes.FILE,
        purposes.load_purposes,
        'basis = "consent"',
        "purposes.marketing.basis",
        ('version = "2026-11-30.2"', "version"),
    ),
    "retention": Kind(
        retention.FILE,
        retention.load_retention,
        'ends = "moment"',
        "kept.arriving.ends",
        ('store = "inbox"\n', "kept.arriving.store"),
    ),
    "ages": Kind(ages.RULES, ages.read_rules, "limit = 16", "limit", ("limit = 16\n", "limit")),
    "form map": Kind(
        form_maps.MAPPINGS / "typeform" / "Rg7TeaQz.toml",
        form_maps.load_mapping,
        'kind = "survey"',
        "kind",
        ('answer = "send_me_offers"\n', "consents.0.answer"),
    ),
    "column map": Kind(
        ROOT / "infra" / "examples" / "import" / "map.toml",
        load_map,
        'yes = ["yes", "1"]',
        "consents.0.yes",
        ('column = "Newsletter"\n', "consents.0.column"),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request):
    """Return each kind of file."""
    return KINDS[request.param]


def read_mistake(kind, folder, text):
    """Return what is told of a file with this text."""
    path = folder / kind.source.name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DefinitionError) as caught:
        kind.load(path)
    return str(caught.value)


def break_file(kind, old, new):
    """Return the text of the file with one mistake, and the number of its line."""
    text = kind.source.read_text("utf-8")
    assert old in text
    return text.replace(old, new, 1), text[: text.index(old)].count("\n") + 1


def test_every_kind_is_read_as_it_ships(kind, tmp_path):
    (tmp_path / kind.source.name).write_text(kind.source.read_text("utf-8"), "utf-8")

    assert kind.load(tmp_path / kind.source.name)


def test_a_wrong_value_is_told_by_its_place_alone(kind, tmp_path):
    key = kind.line.partition(" = ")[0]
    text, line = break_file(kind, kind.line, f'{key} = {{ odd = "{TYPED}" }}')
    told = read_mistake(kind, tmp_path, text)

    assert told.startswith(f"{kind.source.name}, line {line}: {kind.place}: ")
    assert TYPED not in told


def test_a_value_of_the_right_type_is_not_repeated_either(kind, tmp_path):
    text, line = break_file(kind, kind.line, f'{kind.line.partition(" = ")[0]} = "{TYPED}"')
    told = read_mistake(kind, tmp_path, text)

    assert told.startswith(f"{kind.source.name}, line {line}: {kind.place}: ")
    assert TYPED not in told


def test_a_key_that_is_lacking_is_told_by_its_place(kind, tmp_path):
    line, place = kind.needed
    text, _ = break_file(kind, line, "\n" if line.endswith("\n") else "[none]" if line.startswith("[") else "")

    assert re.search(
        rf"(^|; ){re.escape(kind.source.name)}(, line \d+)?: {place}: ", read_mistake(kind, tmp_path, text)
    )


def test_a_key_that_nobody_knows_is_told_with_its_line(kind, tmp_path):
    text, line = break_file(kind, kind.line, f'unheard-of = "{TYPED}"\n{kind.line}')
    place = ".".join([*kind.place.split(".")[:-1], "unheard-of"])

    told = read_mistake(kind, tmp_path, text)
    assert f"{kind.source.name}, line {line}: {place}: Extra inputs are not permitted" in told
    assert TYPED not in told


def test_what_is_no_toml_is_told_with_its_line(kind, tmp_path):
    text, line = break_file(kind, kind.line, f"{kind.line.partition(' = ')[0]} = {TYPED}")
    told = read_mistake(kind, tmp_path, text)

    assert told == f"{kind.source.name}, line {line}: Invalid value"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"kind = '\xff'", "byte 8 is not UTF-8"),
        (b"kind = " + b"9" * 5000, "a number is too long, or arrays are nested too deep"),
        (b"kind = " + b"[" * 5000, "a number is too long, or arrays are nested too deep"),
    ],
)
def test_what_cannot_be_read_at_all_is_told_too(kind, tmp_path, text, told):
    assert read_mistake(kind, tmp_path, text) == f"{kind.source.name}: {told}"


@pytest.mark.parametrize("name", ["form", "form map", "column map"])
@pytest.mark.parametrize(
    ("purpose", "why"),
    [
        ("raffle", "no purpose of that name in purposes.toml"),
        ("orders", "its basis in purposes.toml is contract, not consent"),
    ],
)
def test_a_consent_for_no_purpose_is_told_like_any_mistake(name, purpose, why, tmp_path):
    kind = KINDS[name]
    text, line = break_file(kind, 'purpose = "marketing"', f'purpose = "{purpose}"')

    told = read_mistake(kind, tmp_path, text)
    assert told == f"{kind.source.name}, line {line}: consents.0.purpose: {why}"


def test_a_file_that_is_not_there_is_told_without_its_folder(tmp_path):
    with pytest.raises(DefinitionError, match=r"^none\.toml: No such file or directory$"):
        load_map(tmp_path / "none.toml")


TEXT = '''\
title.en = "One"

[[fields]]
name = "first"
label."en" = "First"
hint.en = """
name = "no key"
[fields]
"""

[[fields]] # the second
name = "second"
[fields.label]
en = "Second"

[[fields.options]]
value = "a"
[[fields.options]]
value = "b"

[kept.mails]
days = 3
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("title.en", 1),
        ("title", None),
        ("fields.0", 3),
        ("fields.0.name", 4),
        ("fields.0.label.en", 5),
        ("fields.0.type", 3),
        ("fields.1.name", 12),
        ("fields.1.label.en", 14),
        ("fields.1.label.fa", 13),
        ("fields.1.options.1.value", 19),
        ("fields.2.name", None),
        ("kept.mails.days", 22),
        ("kept.mails.months", 21),
        ("none", None),
    ],
)
def test_a_line_is_that_of_the_key_or_of_the_nearest_table(place, line):
    assert find_line(TEXT, tuple(place.split("."))) == line
    assert find_line(TEXT.replace("\n", "\r\n"), tuple(place.split("."))) == line


def test_a_fault_below_a_list_says_the_name_of_the_item_and_is_told_once(tmp_path):
    path = tmp_path / "tasting.toml"
    text = (ROOT / "docs" / "examples" / "own" / "forms" / "tasting.toml").read_text("utf-8")
    path.write_text(text.replace("personal = true\n", ""), "utf-8")

    with pytest.raises(DefinitionError) as refused:
        forms.load_form(path)

    told = "tasting.toml, line 26: fields.email.personal: Field required; "
    assert str(refused.value) == f"{told}tasting.toml, line 34: fields.favourite.personal: Field required"
