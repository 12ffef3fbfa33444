"""What hides in typed text."""

import pytest

from chalicelib.text import CONTROLS, CONTROLS_IN_LINES, has_long_run, is_formula, is_hidden, remove_switches

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
