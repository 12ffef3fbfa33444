"""What a letter says of a share, and what it does not say of few people."""

import pytest

from chalicelib.numbers.changes import BACK, SCORE, compare_shares
from chalicelib.numbers.figure import make_share
from chalicelib.stats.suppression import K
from chalicelib.telling.changes import tell_change
from chalicelib.telling.numbers import find_teller


def tell(name, hits, people):
    return tell_change(compare_shares(name, "", make_share(hits, people), make_share(30, 60)), find_teller("en"))


@pytest.mark.parametrize("hits", [1, K - 1, 12 - K + 1, 11])
def test_a_share_that_few_people_make_up_or_lack_is_not_said(hits):
    text = tell(BACK, hits, 12)
    assert f"{round(100 * hits / 12)}%" not in text
    assert "too few of 12 people" in text


@pytest.mark.parametrize("hits", [0, K, 12 - K, 12])
def test_a_share_of_nobody_of_all_or_of_enough_is_said(hits):
    assert "too few of" not in tell(BACK, hits, 12)


def test_a_score_tells_of_no_number_of_people():
    assert "too few" not in tell(SCORE, 1, 12)
