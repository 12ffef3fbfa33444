"""The desk over the tables of a stage."""

import pytest

from tests.builders.desk import open_desk


@pytest.fixture
def desk(tables, monkeypatch):
    """Return a desk where nobody works yet."""
    with open_desk(tables, monkeypatch) as opened:
        yield opened
