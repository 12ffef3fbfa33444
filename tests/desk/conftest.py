"""The desk over the tables of a stage."""

import pytest

from tests.builders.desk import open_desk
from tests.builders.shop import Shop


@pytest.fixture
def desk(tables, monkeypatch, tmp_path):
    """Return a desk where nobody works yet."""
    with open_desk(tables, monkeypatch, Shop(tables, tmp_path)) as opened:
        yield opened


@pytest.fixture
def taking(desk, shop, cloud):
    """Return the desk with a shop's keys: it takes entries, and settles them."""
    return desk.give_keys(shop, cloud)
