"""A shop whose own systems hear of events."""

import pytest


@pytest.fixture
def shop(shop):
    """Return the shop with a target for its events."""
    shop.listened = True
    return shop
