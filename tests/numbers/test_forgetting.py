"""Who is forgotten leaves no trace in any figure (the full size: `make prove-numbers`)."""

import pytest

from tests.builders.shop import Shop
from tests.conftest import open_stage
from tests.proofs.forgetting import forget_some, list_differences


@pytest.fixture
def other(stack, tmp_path):
    """Return a second shop over tables of its own."""
    folder = tmp_path / "other"
    folder.mkdir()
    with open_stage(stack) as stage:
        yield Shop(stage, folder)


def test_every_figure_is_that_of_a_shop_in_which_they_never_were(shop, other):
    assert forget_some(shop, other, 200, 20, seed=1) == []


def test_a_figure_that_differs_is_named():
    one = {"people": 3, "sources": [{"people": 1}], "restricted": 0}
    assert list(list_differences(one, {**one, "sources": [{"people": 2}]}, "")) == [".sources[0].people"]
    assert list(list_differences(one, {**one, "sources": []}, "")) == [".sources"]
