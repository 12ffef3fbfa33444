"""Codes of cards: read however they are typed; a slip of the hand makes none."""

from itertools import pairwise

import pytest

from chalicelib.desk.people.qr import LONGEST, QUIET, SIZE, draw_code, pack_text
from chalicelib.models.check_signs import find_check
from chalicelib.people.cards import make_card, read_card
from chalicelib.text import CLEAR_SIGNS

CODE = "CDF-GHJ-KMY"
# The same code as another encoder draws it (segno 1.6.6, version 1, level Q, mask 0).
DRAWN = """
#######.##.#..#######
#.....#.#.....#.....#
#.###.#.#...#.#.###.#
#.###.#.#.#.#.#.###.#
#.###.#.####..#.###.#
#.....#..#..#.#.....#
#######.#.#.#.#######
........####.........
.##.#.##...#..#.#####
#........###.###.....
......#.###.#.#..##..
#.#..#.#....##.######
##....##......#..##.#
........#.###.#..####
#######.#.#.......#..
#.....#..####.#.###..
#.###.#.#####.#.##.##
#.###.#..#.#.#.#.###.
#.###.#.#..#.##.#.#.#
#.....#.##.###.#...##
#######...##.###.##.#
""".strip().splitlines()


@pytest.mark.parametrize("typed", [CODE, "cdf ghj kmy", "cdfghjkmy", " CDF‑GHJ – KMY ", "ＣＤＦ-ＧＨＪ-ＫＭＹ"])
def test_a_code_is_read_however_it_is_typed(typed):
    assert read_card(typed) == "CDFGHJKMY"


def test_a_new_code_is_read_as_it_is_printed_and_no_two_are_alike():
    codes = [make_card() for _ in range(200)]
    assert len({read_card(code) for code in codes} - {""}) == 200
    assert all(len(code) == 11 for code in codes)


def test_one_wrong_sign_is_noticed():
    for code in (read_card(make_card()) for _ in range(20)):
        wrong = [code[:at] + sign + code[at + 1 :] for at in range(9) for sign in CLEAR_SIGNS if sign != code[at]]
        assert [each for each in wrong if read_card(each)] == []


def test_two_neighbours_that_changed_places_are_nearly_always_noticed():
    codes = [read_card(make_card()) for _ in range(200)]
    swapped = [
        code[:at] + other + one + code[at + 2 :]
        for code in codes
        for at, (one, other) in enumerate(pairwise(code))
        if one != other
    ]
    assert sum(bool(read_card(each)) for each in swapped) < len(swapped) / 50


@pytest.mark.parametrize("typed", ["", "CDF", CODE + "C", "A" * 9, "asha rao", "+12025550123"])
def test_what_is_no_code_is_none(typed):
    assert read_card(typed) == ""


def test_the_check_is_that_of_the_standard():
    """ISO 7064 over 22 signs: the running product of a whole code, with its check, leaves one."""
    for code in (CODE, *(make_card() for _ in range(20))):
        signs, product = read_card(code), len(CLEAR_SIGNS)
        for sign in signs[:-1]:
            product = ((product + CLEAR_SIGNS.index(sign)) % 22 or 22) * 2 % 23
        assert (product + CLEAR_SIGNS.index(signs[-1])) % 22 == 1
        assert find_check(signs[:-1]) == signs[-1]


def test_the_picture_is_the_one_that_another_encoder_draws():
    dark = {(row, column) for row, line in enumerate(DRAWN) for column, sign in enumerate(line) if sign == "#"}
    assert len(DRAWN) == SIZE
    assert draw_code(CODE) == "".join(f"M{column + QUIET} {row + QUIET}h1v1h-1z" for row, column in sorted(dark))


@pytest.mark.parametrize("text", ["", "c", "É", "C" * (LONGEST + 1)])
def test_a_text_that_does_not_fit_is_refused(text):
    with pytest.raises(ValueError, match="fits"):
        pack_text(text)
