"""Leaves: whatever stands there, reading it gives a plain value."""

from decimal import Decimal

import pytest

from chalicelib.senders.json_values import read_amount, read_count, read_id, read_part, read_parts, read_text, read_time


@pytest.mark.parametrize(
    ("leaf", "amount"),
    [
        ("19.90", "19.90"),
        (" 19.90 ", "19.90"),
        ("-5", "-5"),
        ("0", "0"),
        (12, "12"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100"),
        ("999999999999999.999999999", "999999999999999.999999999"),
        ("1000000000000000", "0"),
        ("１２", "0"),
        ("1e3", "0"),
        ("1,5", "0"),
        ("1.", "0"),
        (".5", "0"),
        ("+1", "0"),
        ("NaN", "0"),
        ("Infinity", "0"),
        ("", "0"),
        (None, "0"),
        (True, "0"),
        ([], "0"),
        ({}, "0"),
        (Decimal("1E+100"), "0"),
        (Decimal("1E-100"), "0"),
        (10**30, "0"),
    ],
)
def test_an_amount_is_plain_digits_within_reason_or_nothing(leaf, amount):
    assert str(read_amount({"a": {"b": leaf}}, "a", "b")) == amount


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (706405506930370084, "706405506930370084"),
        ("c1-33", "c1-33"),
        (0, ""),
        (True, ""),
        (None, ""),
        ([5], ""),
        (Decimal("5.0"), ""),
    ],
)
def test_an_id_is_text_and_zero_is_nobodys(leaf, text):
    assert read_id({"id": leaf}, "id") == text


@pytest.mark.parametrize(
    ("leaf", "count"), [(2, 2), (0, 0), (-1, 0), (None, 1), (True, 1), ("2", 1), (Decimal("2.5"), 1)]
)
def test_a_count_is_whole_and_one_where_unsaid(leaf, count):
    assert read_count({"n": leaf}, "n") == count


@pytest.mark.parametrize("body", [None, 5, "x", [], [{"a": {"b": 1}}], {"a": None}, {"a": [1]}, {"a": "b"}])
def test_a_path_through_anything_ends_in_nothing(body):
    assert read_text(body, "a", "b") == ""
    assert read_part(body, "a", "b") == {}
    assert read_parts(body, "a", "b") == []
    assert read_time(body, "a", "b") is None


def test_only_the_objects_of_a_list_are_read():
    assert read_parts({"a": [{"b": 1}, None, 5, "x", [{}], {}]}, "a") == [{"b": 1}, {}]
