"""What hides in typed text."""

import pytest

from chalicelib.text import (
    CONTROLS,
    CONTROLS_IN_LINES,
    has_long_run,
    is_formula,
    is_hidden,
    read_typed_amount,
    remove_switches,
    write_digits,
)

SWITCHES = [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"]
JOINERS = [*"\u200c\u200d\u200e\u200f"]


@pytest.mark.parametrize("sign", [*"\x00\x07\x1b\x7f\x85\u2028\u2029\ud800", "\t", "\n", "\r"])
def test_a_control_character_is_found(sign):
    assert CONTROLS.search(f"a{sign}b")
    assert is_hidden(sign)
    assert bool(CONTROLS_IN_LINES.search(f"a{sign}b")) == (sign not in "\t\n\u2028\u2029")


@pytest.mark.parametrize("sign", SWITCHES)
def test_a_direction_switch_is_removed(sign):
    assert remove_switches(f"+49{sign}30") == "+4930"
    assert is_hidden(sign)


@pytest.mark.parametrize("sign", [*JOINERS, "a", "é", "क", "\u0301", " ", "😀"])
def test_what_languages_need_stays(sign):
    assert remove_switches(f"a{sign}b") == f"a{sign}b"
    assert not is_hidden(sign)
    assert not CONTROLS.search(sign)


def test_a_run_of_marks_is_counted_within_one_letter():
    assert not has_long_run("a" + "\u0301" * 4 + "b" + "\u0301" * 4, 4)
    assert has_long_run("a" + "\u0301" * 5, 4)
    assert not has_long_run("a" * 100, 0)


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-1",
        "@SUM",
        "\u22121",
        "\tA",
        "\rA",
        "\nA",
        "\x00A",
        "＝1",
        "﹣1",
        " =1",
        "'=1",
        "\u00a0\u200b=1",
        "«=1",
    ],
)
def test_a_formula_is_found_wherever_a_spreadsheet_finds_one(text):
    assert is_formula(text)
    assert not is_formula(f"x{text}")


@pytest.mark.parametrize("text", ["", " ", "'", "Tea", "10-20", "a@b", "(+1)", "\u200cنام"])
def test_plain_text_is_no_formula(text):
    assert not is_formula(text)


@pytest.mark.parametrize(
    ("typed", "places", "amount"),
    [
        (" 12.50 ", 2, "12.50"),
        ("12,5", 2, "12.5"),
        ("\u06f1\u06f2\u066b\u06f5\u06f0", 2, "12.50"),
        ("\u0967\u0968", 0, "12"),
        ("1.125", 3, "1.125"),
    ],
)
def test_an_amount_is_read_in_the_digits_of_any_script(typed, places, amount):
    assert str(read_typed_amount(typed, places)) == amount


@pytest.mark.parametrize(
    ("typed", "places"),
    [("5\u00b2", 2), ("\u2460", 2), ("1\u2075", 2), ("12.505", 2), ("12.5", 0), ("-1", 2), ("1.2.3", 2), ("", 2)],
)
def test_what_is_no_amount_is_none(typed, places):
    assert read_typed_amount(typed, places) is None


def test_a_raised_or_ringed_number_is_no_digit():
    assert write_digits("\u0663 kg, 5 m\u00b2, \u2460") == "3 kg, 5 m\u00b2, \u2460"
