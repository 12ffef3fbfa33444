"""A customer whose data is asked for."""

import pytest

from tests.builders.mails import CONSENT
from tests.builders.requests import ASEL
from tests.builders.shop import a_submission


@pytest.fixture
def asel(shop):
    """Return the id of somebody who is known."""
    shop.take(a_submission(email=ASEL, name="Асель", entry={"topic": "tea"}, consents=[CONSENT]))
    return shop.find_id(ASEL)
