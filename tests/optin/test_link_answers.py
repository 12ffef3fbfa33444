"""How often an address that agreed to nothing yet may be asked to confirm, whoever posts how many forms for it."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shop.limits import plan_asking, remember_asking
from chalicelib.shop.periods import KEEP_QUIET, KEEP_UNCONFIRMED, is_kept
from tests.builders.links import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask_often(moments):
    """Plan an asking at each of these moments; return those that were planned."""
    asked, planned = (), []
    for now in sorted(moments):
        moment = plan_asking(asked, now)
        if moment is not None:
            assert moment >= now
            planned.append(moment)
            asked = remember_asking(asked, moment)
    return planned


def most_within(times, span):
    """Return the greatest number of times within any half-open span."""
    return max((sum(start <= time < start + span for time in times) for start in times), default=0)


def test_the_first_is_asked_at_once_and_the_next_an_hour_later():
    assert plan_asking((), NOW) == NOW
    assert plan_asking((NOW,), NOW + timedelta(minutes=59)) == NOW + HOUR
    assert plan_asking((NOW,), NOW + HOUR) == NOW + HOUR


def test_the_fourth_of_a_day_waits_for_the_day_to_end():
    asked = (NOW, NOW + HOUR, NOW + 2 * HOUR)

    assert plan_asking(asked, NOW + 3 * HOUR) == NOW + DAY


def test_what_would_wait_longer_than_a_day_is_not_asked():
    planned = (NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + DAY)

    assert plan_asking(planned, NOW) is None


def test_who_says_no_is_left_in_peace_for_a_week():
    assert plan_asking((), NOW + KEEP_QUIET - timedelta(seconds=1), refused_at=NOW) is None
    assert plan_asking((), NOW + KEEP_QUIET, refused_at=NOW) == NOW + KEEP_QUIET


@given(st.lists(st.integers(0, 4 * 86_400), max_size=60))
def test_no_hour_has_two_and_no_day_has_four_whatever_comes(seconds):
    planned = ask_often(NOW + timedelta(seconds=second) for second in seconds)

    assert most_within(planned, HOUR) <= 1
    assert most_within(planned, DAY) <= 3


def test_a_hundred_thousand_posts_for_nine_addresses_are_27_mails_a_day():
    rng = random.Random(9)
    posts = [[NOW + timedelta(seconds=rng.randrange(86_400)) for _ in range(11_112)] for _ in range(9)]
    within = [sum(moment < NOW + DAY for moment in ask_often(moments)) for moments in posts]

    assert sum(len(moments) for moments in posts) > 100_000
    assert within == [3] * 9


def test_what_is_not_confirmed_dies_after_a_week():
    assert is_kept(NOW, NOW + KEEP_UNCONFIRMED - timedelta(seconds=1))
    assert not is_kept(NOW, NOW + KEEP_UNCONFIRMED)
