"""The hours in which mails may go out: by the clock on the wall, and around the changes of clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.campaigns.agenda import choose_zone, next_due
from chalicelib.campaigns.window import WEEKDAYS, Window, find_change, find_opening, find_zone
from tests.builders.agenda import ALWAYS, DAY, NOW, OFFICE, ZONES, a_campaign, a_person, a_shop


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("Europe/Atlantis", "Asia/Almaty"),
        ("America", "Asia/Almaty"),
        ("../../etc/passwd", "Asia/Almaty"),
        ("/etc/localtime", "Asia/Almaty"),
        ("", "Asia/Almaty"),
        (["Asia/Kolkata"], "Asia/Almaty"),
        (5, "Asia/Almaty"),
        ("A" * 5000, "Asia/Almaty"),
        ("Europe/Ber\0lin", "Asia/Almaty"),
        ("UTC", "UTC"),
    ],
)
def test_the_persons_zone_then_the_shops(zone, expected):
    assert str(choose_zone(a_person(time_zone=zone), a_shop(zone="Asia/Almaty"))) == expected


def test_utc_where_there_is_nothing_else():
    shop = a_shop().model_copy(update={"time_zone": "Mars/Olympus"})
    assert choose_zone(a_person(), shop) is UTC


def test_transactional_mail_waits_for_no_hours_but_its_own():
    night, shop = NOW.replace(hour=23), a_shop(OFFICE)
    campaign = a_campaign(trigger="after-purchase", days=7, kind="transactional")
    assert next_due(a_person(night), [campaign], shop, NOW) == night + 7 * DAY
    own = campaign.model_copy(update={"window": Window.model_validate(OFFICE)})
    assert next_due(a_person(night), [own], shop, NOW) == NOW.replace(hour=9) + 8 * DAY


NINE = {"opens": "09:00", "closes": "10:00"}

LATE = {"opens": "22:00", "closes": "02:00", "days": ["fri"]}


@pytest.mark.parametrize(
    ("window", "zone", "moment", "expected"),
    [
        (OFFICE, "UTC", "2026-03-02T08:59:59+00:00", "2026-03-02T09:00:00+00:00"),
        (OFFICE, "UTC", "2026-03-02T17:59:59+00:00", "2026-03-02T17:59:59+00:00"),
        (OFFICE, "UTC", "2026-03-02T18:00:00+00:00", "2026-03-03T09:00:00+00:00"),
        (OFFICE, "UTC", "2026-03-06T18:00:00+00:00", "2026-03-09T09:00:00+00:00"),  # Friday evening: Monday
        (OFFICE, "Asia/Kolkata", "2026-03-02T00:00:00+00:00", "2026-03-02T09:00:00+05:30"),
        (OFFICE, "Pacific/Kiritimati", "2026-03-01T18:00:00+00:00", "2026-03-02T09:00:00+14:00"),  # Monday there
        (LATE, "UTC", "2026-03-02T12:00:00+00:00", "2026-03-06T22:00:00+00:00"),
        (LATE, "UTC", "2026-03-07T01:59:00+00:00", "2026-03-07T01:59:00+00:00"),  # opened on Friday
        (LATE, "UTC", "2026-03-06T01:00:00+00:00", "2026-03-06T22:00:00+00:00"),  # Thursday's night is no Friday's
        (LATE, "UTC", "2026-03-07T02:00:00+00:00", "2026-03-13T22:00:00+00:00"),
        # Berlin, 29 March 2026: 02:00 becomes 03:00. A window opening at 02:30 opens as the clocks jump.
        ({"opens": "02:30", "closes": "06:00"}, "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T03:00:00+02:00"),
        # One that lies in the skipped hour whole does not open that day.
        ({"opens": "02:10", "closes": "02:50"}, "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-30T02:10:00+02:00"),
        # 23 hours from nine to nine.
        (OFFICE | {"days": WEEKDAYS}, "Europe/Berlin", "2026-03-28T18:00:00Z", "2026-03-29T09:00:00+02:00"),
        # 25 October 2026: 03:00 becomes 02:00. The hour comes twice; the window reads open in both.
        ({"opens": "02:30", "closes": "06:00"}, "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T02:30:00+02:00"),
        ({"opens": "02:30", "closes": "06:00"}, "Europe/Berlin", "2026-10-25T01:05:00Z", "2026-10-25T02:30:00+01:00"),
        # It closed at 02:30, and the clocks going back open it once more.
        ({"opens": "01:00", "closes": "02:30"}, "Europe/Berlin", "2026-10-25T00:40:00Z", "2026-10-25T02:00:00+01:00"),
        # Lord Howe Island moves by half an hour.
        ({"opens": "02:15", "closes": "04:00"}, "Australia/Lord_Howe", "2026-10-03T14:00Z", "2026-10-04T02:30+11:00"),
        # Samoa had no 30 December 2011.
        (NINE, "Pacific/Apia", "2011-12-30T06:00:00Z", "2011-12-31T09:00:00+14:00"),
        (NINE | {"days": ["fri"]}, "Pacific/Apia", "2011-12-29T00:00Z", "2012-01-06T09:00+14:00"),
        # In Cairo and Santiago the clocks jump at midnight.
        ({"opens": "00:30", "closes": "06:00"}, "Africa/Cairo", "2026-04-23T12:00Z", "2026-04-24T01:00+03:00"),
        (ALWAYS | {"days": ["sun"]}, "America/Santiago", "2026-09-05T12:00Z", "2026-09-06T01:00-03:00"),
    ],
)
def test_the_window_opens_by_the_clock_on_the_wall(window, zone, moment, expected):
    opening = find_opening(Window.model_validate(window), ZoneInfo(zone), datetime.fromisoformat(moment))
    assert opening == datetime.fromisoformat(expected)
    assert opening.tzinfo is UTC


def test_the_change_of_clocks_is_found_to_the_second():
    found = find_change(ZoneInfo("Europe/Berlin"), NOW, NOW + 60 * DAY)
    assert found == datetime(2026, 3, 29, 1, tzinfo=UTC)


clocks = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


windows = st.tuples(clocks, clocks, st.sets(st.sampled_from(WEEKDAYS), min_size=1)).filter(lambda w: w[0] != w[1])


# Around the changes of clocks, where mistakes live, and at any other time.
CHANGES = (
    "2011-12-30",
    "2026-03-08",
    "2026-03-29",
    "2026-04-05",
    "2026-04-24",
    "2026-09-06",
    "2026-10-04",
    "2026-10-25",
    "2026-10-29",
    "2026-11-01",
)


moments = st.builds(
    lambda day, minutes: datetime.fromisoformat(f"{day}T00:00+00:00") + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-3 * 1440, 3 * 1440),
)


@settings(max_examples=300, deadline=None)
@given(windows, st.sampled_from(ZONES), moments)
def test_the_opening_is_the_first_open_minute_there_is(window, zone, moment):
    opens, closes, days = window
    window = Window(opens=opens, closes=closes, days=tuple(days))
    place = find_zone(zone) or UTC

    found = find_opening(window, place, moment)

    minute = moment
    while not window.reads_open(minute.astimezone(place)):
        minute += timedelta(minutes=1)
    assert found == minute
