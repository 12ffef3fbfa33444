"""An account to deploy into, in this process."""

import os

import pytest

from infra.account import orphans
from tests.builders.account import open_site
from tests.builders.restoring import open_rescue


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return an operator's desk with an account in which nothing is."""
    for name in [name for name in os.environ if name.startswith(("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(orphans, "ROOT", tmp_path)
    with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def rescue(shop, tmp_path, monkeypatch, own_tables):
    """Return an operator who restores the tables of a shop: on DynamoDB Local, the rest in this process."""
    for service in ("EVENTS", "LAMBDA", "SSM"):
        monkeypatch.delenv(f"AWS_ENDPOINT_URL_{service}", raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with open_rescue(shop, tmp_path) as opened:
        yield opened
