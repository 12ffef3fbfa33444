"""A shop whose own systems hear of events."""

import uuid

import pytest

from chalicelib.config import Settings
from tests.builders.line import Line


@pytest.fixture
def shop(shop):
    """Return the shop with a target for its events."""
    shop.listened = True
    return shop


@pytest.fixture(scope="module")
def clients(cloud):
    """Clients of SQS and SSM: making one costs more than most tests here."""
    made = {name: cloud.client(name) for name in ("sqs", "ssm")}
    yield made
    for client in made.values():
        client.close()


@pytest.fixture
def line(clients):
    """The way from an outbox to targets, through real queues of its own, made as the template says."""
    return Line(clients, Settings(stage=f"t{uuid.uuid4().hex[:12]}"))


@pytest.fixture
def full(own_tables, clients, shop):
    """The same from the outbox of a shop."""
    return Line({**clients, "dynamodb": shop.dynamodb}, shop.settings)


@pytest.fixture
def brief(monkeypatch):
    """Give up on a target after a second and a half; return (CONNECT, TOTAL) as they now are."""
    monkeypatch.setattr("chalicelib.downstream.public_address.CONNECT", 0.5)
    monkeypatch.setattr("chalicelib.downstream.http_post.TOTAL", 1.5)
    return 0.5, 1.5
