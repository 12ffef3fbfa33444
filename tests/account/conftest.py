"""An account to deploy into, in this process."""

import os

import pytest

from infra.account import orphans
from tests.builders.account import open_site


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return an operator's desk with an account in which nothing is."""
    for name in [name for name in os.environ if name.startswith(("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(orphans, "ROOT", tmp_path)
    with open_site(tmp_path) as opened:
        yield opened
