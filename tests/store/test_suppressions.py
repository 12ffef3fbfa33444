"""Stops of addresses: which blocks which mail, what soft bounces add up to, what a delivery ends."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import RaceLostError
from chalicelib.shop.stops import BLOCKING, MOST_SOFT, SOFT_STOP, SOFT_WITHIN, MailUse, StopReason
from chalicelib.store.suppressions import Suppressions
from chalicelib.store.table import Table

# DynamoDB Local removes what has expired by the machine's own clock: these tests happen far ahead of it.
NOW = datetime(2090, 3, 1, 12, 0, tzinfo=UTC)
AT = "2090-03-01T12:00:00.000000Z"
DAY = timedelta(days=1)
ROWS = ("idn#2#new", "idn#1#old")


@pytest.fixture
def stops(tables):
    return Suppressions(Table(tables.dynamodb, tables.settings.prefix + "customers"))


def write_soft(stops, *moments, row=ROWS[0]):
    """Count soft bounces, each in a transaction of its own."""
    for moment in moments:
        stops.table.commit_parts(stops.count_soft(row, moment))


def list_used(stops, now=NOW, rows=ROWS):
    """Return the uses that are blocked, as the reading and the transaction have it alike."""
    blocked = {use for use in MailUse if stops.is_stopped(rows, use, now)}
    for use in MailUse:
        if use in blocked:
            with pytest.raises(RaceLostError):
                stops.table.commit_parts(stops.check_unstopped(rows, use, now))
        else:
            stops.table.commit_parts(stops.check_unstopped(rows, use, now))
    return blocked


def test_address_without_a_row_gets_every_mail(stops):
    assert list_used(stops) == set()
    assert stops.list_stops(ROWS) == {}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("reason", StopReason)
def test_stop_blocks_the_uses_of_its_reason_and_no_other(stops, reason, row):
    stops.table.commit_parts([stops.write_stop(row, reason.value, NOW)])

    assert list_used(stops) == {use for use in MailUse if reason in BLOCKING[use]}
    assert stops.list_stops(ROWS) == {reason.value: AT}


def test_reasons_stand_side_by_side_and_each_keeps_its_first_time(stops):
    for reason, at in (("wish", NOW), ("complained", NOW + DAY), ("wish", NOW + 2 * DAY), ("bounced", NOW + 3 * DAY)):
        stops.table.commit_parts([stops.write_stop(ROWS[0], reason, at)])

    assert stops.list_stops(ROWS) == {
        "wish": AT,
        "complained": "2090-03-02T12:00:00.000000Z",
        "bounced": "2090-03-04T12:00:00.000000Z",
    }
    assert set(stops.list_blocking(ROWS, MailUse.PROOF, NOW)) == {"bounced"}


def test_no_row_of_an_unknown_reason_is_written(stops):
    with pytest.raises(ValueError, match="angry"):
        stops.write_stop(ROWS[0], "angry", NOW)


EACH = [NOW + each * DAY for each in range(MOST_SOFT)]


@pytest.mark.parametrize(
    ("moments", "stopped"),
    [
        (EACH[:-1], False),
        (EACH, True),
        (EACH[::-1], True),  # SNS brings events in any order
        ([*EACH[:-1], EACH[0]], False),  # the same event again
        ([NOW, *(NOW + SOFT_WITHIN + each * DAY for each in range(MOST_SOFT - 1))], False),  # the first is too old
        ([NOW, *(NOW + SOFT_WITHIN - each * timedelta(hours=1) for each in range(1, MOST_SOFT))], True),
        ([NOW, *(NOW + each * SOFT_WITHIN / 2 for each in range(1, 20))], False),
    ],
)
def test_five_soft_bounces_within_thirty_days_are_a_stop(stops, moments, stopped):
    write_soft(stops, *moments)

    expected = {use for use in MailUse if StopReason.SOFT_BOUNCED in BLOCKING[use]} if stopped else set()
    assert list_used(stops, max(moments)) == expected


def test_stop_of_soft_bounces_is_over_after_its_time_and_the_row_expires_then(stops, tables):
    write_soft(stops, *EACH)
    last = EACH[-1]

    assert list_used(stops, last + SOFT_STOP - DAY) != set()
    assert list_used(stops, last + SOFT_STOP) == set()
    row = stops.table.read_item({"pk": "stop#2#new", "sk": "stop"})
    assert row["expires_at"] == int((last + SOFT_STOP).timestamp())


def test_bounce_for_good_keeps_the_row_for_good(stops):
    key = {"pk": "stop#2#new", "sk": "stop"}
    write_soft(stops, NOW)
    assert stops.table.read_item(key)["expires_at"] == int((NOW + SOFT_WITHIN).timestamp())
    stops.table.commit_parts([stops.write_stop(ROWS[0], "bounced", NOW)])
    assert "expires_at" not in stops.table.read_item(key)
    write_soft(stops, NOW + DAY)
    assert "expires_at" not in stops.table.read_item(key)
    assert stops.list_stops(ROWS) == {"bounced": AT}


@pytest.mark.parametrize(
    ("delivered", "more", "stopped"),
    [
        (NOW + 3.5 * DAY, [NOW + 4 * DAY], False),  # in between: the count begins anew
        (NOW + 4 * DAY, [NOW + 5 * DAY], False),
        (NOW - DAY, [NOW + 4 * DAY], True),  # told late: it came before the soft bounces
        (NOW + 0.5 * DAY, [NOW + 4 * DAY], False),  # told late: it came after the first
        (NOW + 0.5 * DAY, [NOW + 4 * DAY, NOW + 5 * DAY], True),
    ],
)
def test_delivery_ends_the_count_of_soft_bounces_before_it(stops, delivered, more, stopped):
    write_soft(stops, *EACH[:-1])
    if parts := stops.count_delivery(ROWS[0], delivered):
        stops.table.commit_parts(parts)
    write_soft(stops, *more)

    assert bool(stops.list_stops(ROWS)) is stopped


def test_delivery_ends_a_stop_of_soft_bounces_and_no_other(stops):
    write_soft(stops, *EACH)
    stops.table.commit_parts([stops.write_stop(ROWS[0], "complained", NOW)])
    assert set(stops.list_stops(ROWS)) == {"soft-bounced", "complained"}

    stops.table.commit_parts(stops.count_delivery(ROWS[0], EACH[-1] + DAY))

    assert stops.list_stops(ROWS) == {"complained": AT}
    assert stops.count_delivery(ROWS[0], EACH[-1] + 2 * DAY) == []


def test_delivery_leaves_no_row_of_what_is_over(stops):
    assert stops.count_delivery(ROWS[0], NOW) == []
    write_soft(stops, NOW)
    stops.table.commit_parts(stops.count_delivery(ROWS[0], NOW + DAY))
    assert stops.table.read_item({"pk": "stop#2#new", "sk": "stop"}) is None


@pytest.mark.parametrize("first", ["stop", "soft", "delivery", "lift"])
def test_slower_of_two_writers_of_one_address_reads_again(stops, first):
    write_soft(stops, NOW)
    parts = {
        "stop": [stops.write_stop(ROWS[0], "bounced", NOW)],
        "soft": stops.count_soft(ROWS[0], NOW + 2 * DAY),
        "delivery": stops.count_delivery(ROWS[0], NOW + DAY),
        "lift": stops.lift_stop(ROWS[0]),
    }
    late = [stops.count_soft(ROWS[0], NOW + DAY), stops.count_delivery(ROWS[0], NOW + DAY), stops.lift_stop(ROWS[0])]
    stops.table.commit_parts(parts[first])

    for each in late:
        with pytest.raises(RaceLostError):
            stops.table.commit_parts(each)


def test_lifted_address_gets_every_mail(stops):
    write_soft(stops, *EACH)
    stops.table.commit_parts([stops.write_stop(row, "bounced", NOW) for row in ROWS])

    stops.table.commit_parts([part for row in ROWS for part in stops.lift_stop(row)])

    assert list_used(stops, EACH[-1]) == set()
    assert [stops.lift_stop(row) for row in ROWS] == [[], []]
