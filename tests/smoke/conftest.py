"""A stage of each test's own, since parameters of it are broken."""

import pytest

from chalicelib.config import current_settings
from tests.builders.api import open_api
from tests.builders.shop import Shop
from tests.builders.smoke import OWN, PlayedStage


@pytest.fixture
def played(own_tables, cloud, tmp_path, monkeypatch):
    """Return a stage whose functions run while the smoke test waits."""
    monkeypatch.setenv("PUBLIC_URL", OWN)
    current_settings.cache_clear()
    stage = type(own_tables)(current_settings(), own_tables.dynamodb, own=True, watch=own_tables.watch)
    shop = Shop(stage, tmp_path)
    with open_api(shop, stage, cloud, monkeypatch) as api:
        yield PlayedStage(api, shop, cloud, tmp_path)
