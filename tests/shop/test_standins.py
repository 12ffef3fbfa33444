"""What stands in the place of an id, and what only looks like it."""

import pytest

from chalicelib.shop.standins import is_exponent, is_standin


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "0", "00", "0000000", "0.0", "0,00", "\u0660", "\u0966\u0966", "\uff10"),
        "00000000-0000-0000-0000-000000000000",
        *("N/A", "n/a", "NA", "n.a.", "N / A", "#N/A", "not applicable"),
        *("NULL", "null", "(null)", "<NULL>", "\\N", "None", "nil", "NaN", "nan", "undefined", "unknown", "Unknown."),
        *("-", "--", "\u2013", "?", "???", ".", "_", "#", "[object Object]", "empty"),
        *("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#NV", "#WERT!"),
        *("1.2E+12", "1,2E+12", "1.2e12", "1E+12", "-1.2E+12", "1.00E-05", "\uff11\uff0e\uff12\uff25+12"),
    ],
)
def test_a_stand_in_is_no_id(text):
    assert is_standin(text)
    assert is_standin(f"  {text}\u00a0")


@pytest.mark.parametrize(
    "text",
    [
        *("7", "007", "100", "0x1", "A0", "000000000000000000000001", "5f0e", "12e4", "1e10", "7E", "E7"),
        *("nana", "nil-7", "N-1", "NULL-7", "unknown7", "anna", "Nathan", "#7", "#1042", "#A7", "1.2", "1.2E+12-7"),
        "gid://shopify/Customer/7",
        "6f1e2a7e-0000-0000-0000-000000000000",
    ],
)
def test_an_id_that_looks_like_a_stand_in_is_an_id(text):
    assert not is_standin(text)


def test_spreadsheet_damage_is_told_from_other_stand_ins():
    assert is_exponent(" 1.2E+12 ")
    assert not any(map(is_exponent, ("0", "N/A", "12e4", "1.2")))
