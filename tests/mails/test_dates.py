"""Days of the solar Hijri calendar, against days that history books date in both calendars."""

from datetime import date

import pytest

from chalicelib.mails.dates import FIRST_DAY, solar_date
from chalicelib.mails.language import find_mail_language

KNOWN = {
    date(1979, 2, 11): (1357, 11, 22),
    date(1980, 9, 22): (1359, 6, 31),
    date(2021, 3, 20): (1399, 12, 30),
    date(2021, 3, 21): (1400, 1, 1),
    date(2024, 3, 19): (1402, 12, 29),
    date(2026, 3, 21): (1405, 1, 1),
}


@pytest.mark.parametrize("day", KNOWN)
def test_a_day_has_the_name_that_history_gives_it(day):
    assert solar_date(day) == KNOWN[day]


def test_a_day_before_the_calendar_began_has_its_other_name_alone():
    written = find_mail_language("fa").write_day(date(1900, 1, 31))

    assert written == "۳۱\u00a0ژانویه ۱۹۰۰"
    assert find_mail_language("fa").write_day(FIRST_DAY) == "۱\u00a0فروردین ۱۳۰۴ (۲۱\u00a0مارس ۱۹۲۵)"
