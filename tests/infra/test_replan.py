"""`make replan`: a campaign that is switched on later reaches customers who did nothing since."""

import boto3
import pytest
from botocore.config import Config

from chalicelib.outreach.decide import handle_customer
from chalicelib.store.queues import Queue
from infra.local.processes import free_port
from infra.staff import replan
from tests.builders.campaigns import a_campaign
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.own import open_own
from tests.builders.queues import open_queue, receive_ids
from tests.builders.shop import NOW
from tests.builders.stages import open_here


@pytest.fixture
def queue(cloud):
    """Return an empty queue."""
    with open_queue(cloud) as opened:
        yield opened


def test_who_did_nothing_since_is_due_once_everybody_was_looked_at_again(shop, queue, tmp_path, monkeypatch):
    with open_own(tmp_path / "own", monkeypatch):  # no campaign writes after a sign-up
        customers = {sign_up(shop, email) for email in ("asel@example.org", "maryam@example.org")}
    services = shop.services(Post(), a_campaign())  # from now on one does, after a week
    services.outreach_queue = queue
    assert set(services.people_rows.list_due(DUE, 6)) == set()

    assert replan.queue_everybody(services) == 2
    ids = receive_ids(queue)
    assert set(ids) == customers
    assert [handle_customer(each, services, NOW) for each in ids] == ["not due", "not due"]
    assert set(services.people_rows.list_due(NOW, 6)) == set()
    assert set(services.people_rows.list_due(DUE, 6)) == customers
    assert [handle_customer(each, services, DUE) for each in ids] == ["sent", "sent"]


def test_without_a_running_stack_the_command_says_so(shop, monkeypatch, capsys):
    once = Config(retries={"total_max_attempts": 1})
    silent = boto3.client("sqs", endpoint_url=f"http://127.0.0.1:{free_port()}", region_name="us-east-1", config=once)
    sign_up(shop)
    services = shop.services()
    services.outreach_queue = Queue(silent, "outreach")
    monkeypatch.setattr(replan, "current_services", lambda: services)
    monkeypatch.setattr(replan, "open_stage", open_here)
    assert replan.main() == 1
    assert "`make run` first" in capsys.readouterr().err
