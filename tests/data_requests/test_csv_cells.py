"""No cell of an export is a formula, whoever typed it; whatever else was typed comes back as it was."""

import csv
import io
from decimal import Decimal

import pytest

from chalicelib.data_requests.csv_cells import write_cell, write_table
from chalicelib.text import is_formula

STARTS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\u2212", "\ufe63", "\u207c"]
SPACES = ["", " ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u202e", "\x0b", "\t", "\r", "\n"]
HIDING = [*SPACES, "'", '"', '""', ' "', "\u201c"]
FORMULAS = [f"{hiding}{start}cmd|' /C calc'!A0" for hiding in HIDING for start in STARTS]
FIRSTS = ["\tTAB", "\rCR", "\nLF", "\x00NUL", "\r\n=1"]


def read_back(value):
    """Return the one cell of a table, as a CSV reader gives it."""
    text = write_table(["a"], [{"a": value}]).decode("utf-8-sig")
    heading, [cell] = csv.reader(io.StringIO(text, newline=""))
    assert heading == ["a"]
    return cell


@pytest.mark.parametrize("text", [*FORMULAS, *FIRSTS], ids=ascii)
def test_what_would_be_a_formula_begins_with_an_apostrophe(text):
    cell = read_back(text)

    assert cell.startswith("'")
    assert is_formula(text)
    assert not is_formula(f"x{text}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Асель",
        "زهرا",
        "প্রিয়া",
        "a=b",
        "1-2",
        "a@example.org",
        'say "hi", twice',
        "two\r\nlines; and; more",
        "\N{GRINNING FACE}",
        "\N{GRINNING FACE}" * 16_384,
        "x" * 32_768,
        "don't",
        "O'=1",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_plain_text_comes_back_as_it_was(text):
    assert read_back(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (-5, "-5"),
        (Decimal("-5.00"), "-5.00"),
        (Decimal("12.5"), "12.5"),
        ("-5.00", "'-5.00"),
        ("+77010000000", "'+77010000000"),
        (["=1"], '["=1"]'),
        ({"a": Decimal("1.50")}, '{"a": "1.50"}'),
    ],
    ids=repr,
)
def test_numbers_of_ours_stay_numbers_and_typed_ones_are_text(value, cell):
    assert read_back(value) == cell


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud83d"], ids=ascii)
def test_controls_that_readers_stumble_over_are_replaced(text):
    assert "\N{REPLACEMENT CHARACTER}" in write_cell(text)
    write_table(["a"], [{"a": text}]).decode("utf-8-sig")


def test_separators_inside_cells_make_no_new_cells():
    rows = [{"a": 'x",=1+1,"', "b": "y;1\r\n2"}]

    table = list(csv.reader(io.StringIO(write_table(["a", "b"], rows).decode("utf-8-sig"), newline="")))

    assert table == [["a", "b"], ['x",=1+1,"', "y;1\r\n2"]]


@pytest.mark.parametrize(
    "text", ["hi;=1+1;", "a\n\n=1", "a\r\n@x", "a\t-1", 'a;"=1', "a; =1", "a;;+1", "a;\uff1d1"], ids=ascii
)
def test_a_spreadsheet_that_parts_cells_by_semicolons_finds_no_formula(text):
    raw = write_table(["a", "b"], [{"a": "x", "b": text}]).decode("utf-8-sig")

    cells = [cell for line in raw.splitlines() for cell in line.replace("\t", ";").split(";")]

    assert not [cell for cell in cells if cell.lstrip(' "')[:1] in tuple(STARTS)]
