"""The way from an outbox to the shop's own systems, through real queues. Builders for tests."""

import json
import time
from datetime import UTC, datetime, timedelta

from botocore.exceptions import EndpointConnectionError

from chalicelib.config import current_settings
from chalicelib.downstream.delivery import Delivery, deliver_records
from chalicelib.downstream.messages import read_message
from chalicelib.downstream.relay import queue_events, relay_events
from chalicelib.services import Services
from chalicelib.store.outbox import Outgoing
from infra.local.stack import make_queue
from infra.template import read_template, resolve_value
from tests.builders.api import start_container

MINUTE = timedelta(minutes=1)


class Line:
    """Does what EventBridge, SQS and Lambda do between them; `busy` counts the seconds spent delivering."""

    def __init__(self, clients, settings):
        self.clients, self.settings, made = dict(clients), settings, {}
        for name in ("DownstreamFailures", "Downstream"):
            properties = read_template()["Resources"][name]["Properties"]
            made[name] = make_queue(clients.get, resolve_value(properties, {"Stage": settings.stage}, made))
        self.sqs = clients["sqs"]
        self.downstream = self.services().downstream_queue
        self.targets, self.now, self.busy = {}, datetime.now(UTC), 0.0

    def services(self, targets=()):
        """Return what a new container works with."""
        downstream = ",".join(f"{name}={url}" for name, url in dict(targets).items())
        settings = self.settings.model_copy(update={"downstream": downstream})
        return Services(settings, lambda service, _: self.clients[service])

    def listen(self, **targets):
        """Make receivers the targets of events, each with its secret; return the delivery of one container."""
        for name, receiver in targets.items():
            self.targets[name] = receiver.url
            self.put_secret(name, receiver.secret.decode())
        return self.open()

    def put_secret(self, name, secret):
        name = self.settings.downstream_path + name
        self.clients["ssm"].put_parameter(Name=name, Value=secret, Type="String", Overwrite=True)

    def open(self):
        """Return the delivery of a new container; a local one, whose targets may be on this machine."""
        delivery = Delivery(self.services(self.targets))
        delivery.local = True
        return delivery

    def relay(self):
        return relay_events(self.services(self.targets), self.now)

    def queue(self, *ids, targets=()):
        """Queue events as the relay does."""
        text = json.dumps({"customer": "c1", "ids": [], "purpose": "marketing", "state": "given"})
        events = [Outgoing(event_id, "consent.changed", "2026-03-01T12:00:00.000000Z", text) for event_id in ids]
        assert queue_events(events, tuple(targets or self.targets), self.services()) == set()

    def turn(self, delivery, step=MINUTE):
        """Receive one batch, deliver it, delete what did not fail; return how many there were and how many failed."""
        received = self.receive(self.downstream.url)
        began = time.monotonic()
        failed = set(deliver_records(map(make_record, received), delivery, self.now))
        self.busy += time.monotonic() - began
        for one in received:
            if one["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.downstream.url, ReceiptHandle=one["ReceiptHandle"])
        self.now += step
        return len(received), len(failed)

    def receive(self, url, most=10):
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, AttributeNames=["All"])
        return answer.get("Messages", [])

    def read_failures(self):
        return [read_message(one["Body"]) for one in self.receive(self.downstream.failures_url)]


def make_record(message):
    """Return a message of SQS as Lambda passes it on."""
    names = {"messageId": "MessageId", "receiptHandle": "ReceiptHandle", "body": "Body", "attributes": "Attributes"}
    return {name: message[other] for name, other in names.items()}


class Down:
    """A client of a service that does not answer."""

    def __getattr__(self, name):
        def call(*_, **__):
            raise EndpointConnectionError(endpoint_url="https://down")

        return call


def wire_app(cloud, monkeypatch, downstream):
    """Build what the app works with anew, over these services."""
    for service in ("SQS", "SSM"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", cloud.environ[f"AWS_ENDPOINT_URL_{service}"])
    monkeypatch.setenv("DOWNSTREAM", downstream)
    current_settings.cache_clear()
    start_container()


def firing():
    return {
        "time": "2026-03-01T12:05:00Z",
        "source": "aws.events",
        "detail": {},
        "detail-type": "",
        "version": "0",
        "id": "1",
        "account": "0",
        "region": "r",
        "resources": [],
    }
