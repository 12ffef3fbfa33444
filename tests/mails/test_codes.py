"""Coupon codes and dates of mails."""

from datetime import date, timedelta

import pytest

from chalicelib.mails.codes import ALPHABET, LENGTH, derive_code
from chalicelib.mails.dates import solar_date

SECRET = b"an invented secret"


def test_a_code_is_the_same_for_the_same_person_and_campaign():
    assert derive_code(SECRET, "cust-1", "win-back") == derive_code(SECRET, "cust-1", "win-back") == "PQJ7669M"


@pytest.mark.parametrize(
    "other",
    [
        (b"another secret", "cust-1", "win-back"),
        (SECRET, "cust-2", "win-back"),
        (SECRET, "cust-1", "welcome"),
        (SECRET, "cust-1w", "in-back"),
        (SECRET, "win-back", "cust-1"),
    ],
)
def test_any_other_secret_person_or_campaign_gives_another_code(other):
    assert derive_code(*other) != derive_code(SECRET, "cust-1", "win-back")


def test_codes_are_short_plain_and_differ_among_ten_thousand_people():
    codes = [derive_code(SECRET, f"cust-{number}", "win-back") for number in range(10_000)]

    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) == set(ALPHABET)
    assert not set(ALPHABET) & set("0O1IL2Z5S8BAEU")
    assert len(set(codes)) == 10_000


def test_without_a_secret_there_is_no_code():
    with pytest.raises(ValueError, match="secret"):
        derive_code(b"", "cust-1", "win-back")


@pytest.mark.parametrize(
    ("day", "solar"),
    [
        (date(2021, 3, 21), (1400, 1, 1)),
        (date(2024, 3, 19), (1402, 12, 29)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2025, 3, 21), (1404, 1, 1)),
        (date(2026, 9, 22), (1405, 6, 31)),
        (date(2026, 9, 23), (1405, 7, 1)),
        (date(2026, 12, 24), (1405, 10, 3)),
        (date(2028, 3, 20), (1407, 1, 1)),
        (date(2029, 3, 20), (1408, 1, 1)),
        (date(2030, 3, 21), (1409, 1, 1)),
    ],
)
def test_days_of_the_solar_calendar(day, solar):
    assert solar_date(day) == solar


def test_days_of_the_solar_calendar_follow_one_another_for_fifty_years():
    before = solar_date(date(2021, 3, 21))
    for number in range(1, 18_263):
        year, month, day = solar_date(date(2021, 3, 21) + timedelta(days=number))
        assert (year, month, day) in (
            (before[0], before[1], before[2] + 1),
            (before[0], before[1] + 1, 1),
            (before[0] + 1, 1, 1),
        )
        before = (year, month, day)


def test_days_before_the_calendar_begins_are_refused():
    with pytest.raises(ValueError, match="2021"):
        solar_date(date(2021, 3, 20))
