"""From a settled consent to a verified signature at a receiver, and whatever a receiver or a queue may do meanwhile."""

import json
import logging
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.config import Settings, current_settings
from chalicelib.downstream.delivery import DELAYS, Delivery, choose_delay, deliver_records
from chalicelib.downstream.messages import read_message
from chalicelib.downstream.public_address import TOTAL
from chalicelib.downstream.relay import queue_events, relay_events
from chalicelib.downstream.signing import read_keys, sign_event
from chalicelib.errors import InvalidSignatureError, TargetRefusedError
from chalicelib.senders import webhooks
from chalicelib.services import Services
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.outbox import Outgoing
from infra.deploy.downstream import add_secret, end_rotation
from infra.local.stack import make_queue
from infra.template import read_template, resolve_value
from tests.builders.api import start_container
from tests.builders.canary import CANARIES, find_canaries
from tests.builders.downstream import ASEL, YES, read_outbox
from tests.builders.receiver import SECRET, Receiver
from tests.builders.shop import NOW, a_submission

OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzAtYnl0ZXMtb3Itc28="
MINUTE = timedelta(minutes=1)


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


@pytest.fixture
def impatient(monkeypatch):
    """Let what failed come again at once."""
    monkeypatch.setattr("chalicelib.downstream.delivery.DELAYS", (0,) * len(DELAYS))


def test_settled_consent_reaches_the_shops_system_signed(shop, full):
    with Receiver() as receiver:
        delivery = full.listen(erp=receiver)
        shop.take(a_submission(email=ASEL, name="Асель", consents=[YES]))

        assert full.relay() == {"queued": 1, "kept": 0}
        assert read_outbox(shop) == []
        assert full.turn(delivery) == (1, 0)

    [(headers, body)] = receiver.got
    now = datetime.now(UTC)
    webhooks.verify(body, headers, [SECRET.encode()], now)  # theirs
    submission = webhooks.parse(body, headers, now)
    assert submission.topic == "consent.changed"
    assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    assert json.loads(body) == {
        "type": "consent.changed",
        "timestamp": "2026-03-01T12:00:01.000000Z",
        "data": {
            "customer": shop.find_id(ASEL),
            "ids": [],
            "purpose": "marketing",
            "state": "given",
            "at": "2026-03-01T12:00:00.000000Z",
            "channel": "form:sign-up",
        },
    }
    assert headers["content-type"] == "application/json"


FAILING = [500, 503, 429, 400, 404, 301, "redirect", "reset", "close", "hang", "drip", "nonsense"]


@pytest.mark.parametrize("kind", FAILING)
def test_failed_attempt_is_made_again_with_the_same_id_and_bytes(kind, line, impatient):
    with Receiver(kind) as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        began = time.monotonic()
        assert line.turn(delivery) == (1, 1)
        assert time.monotonic() - began < TOTAL + 5
        assert line.turn(delivery) == (1, 0)
        assert line.turn(delivery) == (0, 0)

    assert receiver.ids == ["event-1", "event-1"]
    assert receiver.connections == 2  # a redirect is not followed
    (first, body), (second, again) = receiver.got
    assert body == again
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize("kind", ["huge", "huge-head", "drip-body"])
def test_answer_that_does_not_end_is_cut_and_its_status_counts(kind, line):
    with Receiver(kind) as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        began = time.monotonic()
        assert line.turn(delivery) == (1, 0)
        assert time.monotonic() - began < TOTAL + 5
        assert receiver.bytes_taken < 16_000_000  # the kernel's buffers; we read 64 KB of the gigabyte


def test_receiver_that_is_gone_is_not_asked_again_and_the_event_is_set_aside(line, impatient):
    with Receiver(410) as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        assert line.turn(delivery) == (1, 0)
        assert line.turn(delivery) == (0, 0)

    assert receiver.ids == ["event-1"]
    assert [(one.id, one.target) for one in line.read_failures()] == [("event-1", "erp")]


def test_event_that_nobody_takes_is_tried_nine_times_and_set_aside(line, impatient):
    with Receiver(*[500] * 20) as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        turns = [line.turn(delivery, timedelta(seconds=1)) for _ in range(12)]

    assert turns == [(1, 1)] * 9 + [(0, 0)] * 3
    assert receiver.ids == ["event-1"] * 9
    assert [one.id for one in line.read_failures()] == ["event-1"]


def test_delays_grow_over_about_a_day_and_fit_what_sqs_can_hide():
    assert sorted(DELAYS) == list(DELAYS)
    assert 20 * 3600 < sum(DELAYS) < 24 * 3600
    assert max(DELAYS) * 1.1 < 12 * 3600
    for attempt, delay in enumerate(DELAYS, 1):
        assert 0.89 * delay < choose_delay(attempt) < 1.11 * delay
    assert choose_delay(len(DELAYS) + 1) == 0


def test_queue_sets_aside_after_the_last_delay_and_none_ends_before(line):
    attributes = line.sqs.get_queue_attributes(QueueUrl=line.downstream.url, AttributeNames=["All"])["Attributes"]
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == len(DELAYS) + 1
    assert int(attributes["MessageRetentionPeriod"]) > 2 * sum(DELAYS)


def test_failed_message_is_hidden_as_long_as_it_shall_wait(line):
    with Receiver(500) as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        assert line.turn(delivery) == (1, 1)
        assert line.turn(delivery) == (0, 0)  # hidden for five seconds
        assert len(receiver.got) == 1


def test_target_that_is_down_does_not_hold_up_the_other(line):
    ids = [f"event-{number}" for number in range(30)]
    with Receiver(*["hang"] * 99) as down, Receiver() as up:
        delivery = line.listen(up=up, down=down)
        line.queue(*ids)
        turns = []
        while len(set(up.ids)) < len(ids):
            turns.append(line.turn(delivery, timedelta(seconds=1)))

    assert sorted(up.ids) == sorted(ids)
    assert down.connections == 1
    assert line.busy < 4 * TOTAL, "one time-out for the one that is down, not thirty"
    print(f"\n30 events past a target that hangs: {line.busy:.1f} s of delivering, {len(turns)} batches")


def test_target_that_is_slow_keeps_no_other_waiting_within_a_batch(line):
    with Receiver(*["slow"] * 5) as slow, Receiver() as quick:
        delivery = line.listen(slow=slow, quick=quick)
        line.queue(*"12345")
        assert line.turn(delivery) == (10, 0)

    assert quick.times[-1] < slow.times[-1]


def test_target_that_did_not_answer_is_asked_again_after_its_rest(line, impatient):
    with Receiver("reset") as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        assert line.turn(delivery, timedelta(seconds=10)) == (1, 1)
        assert line.turn(delivery, timedelta(seconds=30)) == (1, 1)
        assert receiver.connections == 1
        assert line.turn(delivery) == (1, 0)


def test_each_target_has_its_own_message_and_one_taken_out_of_the_settings_is_forgotten(line):
    with Receiver() as one, Receiver() as other:
        line.listen(one=one, other=other)
        line.queue("event-1")
        del line.targets["other"]
        assert line.turn(line.open()) == (2, 0)

    assert (one.ids, other.ids) == (["event-1"], [])


def test_during_a_rotation_either_secret_verifies(line):
    with Receiver() as old, Receiver(secret=OTHER) as new:
        delivery = line.listen(old=old, new=new)
        for name in ("old", "new"):
            line.put_secret(name, f"{OTHER}\n{SECRET}\n")
        line.queue("event-1")
        assert line.turn(delivery) == (2, 0)

    assert old.ids == new.ids == ["event-1"]
    assert len(old.got[0][0]["webhook-signature"].split(" ")) == 2


@pytest.mark.parametrize("secret", ["-", "whsec_", "whsec_AAAA", "whsec_!!", "whsec_" + "A" * 92], ids=range(5))
def test_without_a_fit_secret_nothing_is_sent(secret, line, caplog):
    with Receiver() as receiver:
        line.listen(erp=receiver)
        line.put_secret("erp", secret)
        line.queue("event-1")
        with caplog.at_level(logging.INFO, logger="chalicelib"):
            assert line.turn(line.open()) == (1, 1)

    assert receiver.connections == 0
    assert [record.reason.split(":")[0] for record in caplog.records if record.msg == "delivery_failed"] == ["secret"]


def test_target_without_any_secret_waits(line):
    with Receiver() as receiver:
        line.targets["erp"] = receiver.url
        line.queue("event-1")
        assert line.turn(line.open()) == (1, 1)

    assert receiver.connections == 0


def test_parameters_that_do_not_answer_make_it_wait(line, cloud):
    with Receiver() as receiver:
        line.listen(erp=receiver)
        delivery = line.open()
        delivery.services.signing_secrets.client = Down()
        line.queue("event-1")
        assert line.turn(delivery) == (1, 1)

    assert receiver.connections == 0


class Down:
    """A client of a service that does not answer."""

    def __getattr__(self, name):
        def call(*_, **__):
            raise EndpointConnectionError(endpoint_url="https://down")

        return call


def test_message_that_is_none_of_ours_fails_alone(line):
    with Receiver() as receiver:
        delivery = line.listen(erp=receiver)
        for body in ("?", "{}", "[]", '{"id":"x","target":"erp"}'):
            line.sqs.send_message(QueueUrl=line.downstream.url, MessageBody=body)
        line.queue("event-1")
        assert line.turn(delivery) == (5, 4)

    assert receiver.ids == ["event-1"]


def test_on_a_deployed_stage_this_machine_is_no_target(full, shop, cloud, monkeypatch):
    import app

    with Receiver() as receiver:
        full.listen(erp=receiver)
        wire_app(cloud, monkeypatch, f"erp={receiver.url}")
        shop.take(a_submission(email=ASEL, consents=[YES]))
        assert app.relay_events(firing(), None) == {"queued": 1, "kept": 0}
        [message] = full.receive(full.downstream.url)
        answer = app.deliver_events({"Records": [make_record(message)]}, None)
    start_container()

    assert answer == {"batchItemFailures": [{"itemIdentifier": message["MessageId"]}]}
    assert receiver.connections == 0


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


def test_queue_that_does_not_answer_leaves_the_outbox_as_it_is(shop, full):
    shop.take(a_submission(email=ASEL, consents=[YES]))
    full.targets["erp"], full.clients["sqs"] = "https://erp.shop.example/events", Down()
    with pytest.raises(EndpointConnectionError):
        full.relay()

    assert len(read_outbox(shop)) == 1


def test_event_of_which_one_message_was_not_taken_stays_and_goes_again_to_all(shop, full):
    with Receiver() as one, Receiver() as other:
        delivery = full.listen(one=one, other=other)
        shop.take(a_submission(email=ASEL, consents=[YES]))
        full.clients["sqs"] = Choosy(full.sqs)
        assert full.relay() == {"queued": 0, "kept": 1}
        full.clients["sqs"] = full.sqs
        assert full.relay() == {"queued": 1, "kept": 0}
        assert full.turn(delivery) == (3, 0)

    assert read_outbox(shop) == []
    assert len(one.got) + len(other.got) == 3
    assert len({*one.ids, *other.ids}) == 1


class Choosy:
    """SQS that takes all messages of a batch but the last."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(self.client, name)

    def send_message_batch(self, QueueUrl, Entries):  # noqa: N803 - SQS's own names
        sent = self.client.send_message_batch(QueueUrl=QueueUrl, Entries=Entries[:-1])
        return {**sent, "Failed": [{"Id": Entries[-1]["Id"]}]}


def test_relay_that_dies_between_queue_and_outbox_sends_again_under_the_same_id(shop, full):
    with Receiver() as receiver:
        delivery = full.listen(erp=receiver)
        shop.take(a_submission(email=ASEL, consents=[YES]))
        full.clients["dynamodb"] = Undeletable(shop.dynamodb)
        with pytest.raises(EndpointConnectionError):
            full.relay()
        full.clients["dynamodb"] = shop.dynamodb
        assert full.relay() == {"queued": 1, "kept": 0}
        assert full.turn(delivery) == (2, 0)

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1


class Undeletable:
    """DynamoDB that dies when something is deleted."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(Down() if name == "delete_item" else self.client, name)


def test_rows_left_from_when_somebody_listened_only_go(shop, full):
    shop.take(a_submission(email=ASEL, consents=[YES]))

    assert full.relay() == {"queued": 1, "kept": 0}
    assert read_outbox(shop) == []
    assert full.receive(full.downstream.url) == []


def test_canaries_are_in_no_message_and_no_log(shop, full, caplog):
    bodies = []
    with Receiver(*[500] * 99) as receiver, caplog.at_level(logging.DEBUG, logger="chalicelib"):
        delivery = full.listen(erp=receiver)
        for number, canary in enumerate(CANARIES[:20]):
            address = f"{canary.split('.')[0]}@example.org"
            at = NOW + timedelta(seconds=number)
            shop.take(a_submission(email=address, name=canary, consents=[{**YES, "words": canary}], at=at))
        assert full.relay() == {"queued": 20, "kept": 0}
        while full.turn(delivery) != (0, 0):
            pass
        bodies = [body for _, body in receiver.got] + [repr(headers).encode() for headers, _ in receiver.got]

    assert len(bodies) == 40
    everything = b"\n".join(
        [*bodies, caplog.text.encode(), *(repr(record.__dict__).encode() for record in caplog.records)]
    )
    assert find_canaries(everything, CANARIES[:20]) == []
    assert b"example.org" not in everything
    assert SECRET.encode() not in everything


def test_what_changes_no_consent_costs_nothing_more_where_somebody_listens(shop):
    shop.take(a_submission(email=ASEL, consents=[YES]))
    sizes = []
    for number, listened in enumerate((False, True)):
        shop.listened = listened
        counting = Counting(shop.dynamodb)
        at = NOW + timedelta(hours=number + 1)
        key = shop.accept(a_submission(email=ASEL, name="Асель", consents=[YES], at=at))
        assert settle_item(key, shop.services(client=counting), at) == "settled"
        sizes.append(counting.calls)

    assert sizes[0] == sizes[1]


class Counting:
    """DynamoDB that counts its calls, and the parts of transactions."""

    def __init__(self, client):
        self.client, self.calls = client, []

    def __getattr__(self, name):
        def call(**given):
            self.calls.append((name, len(given.get("TransactItems", ()))))
            return getattr(self.client, name)(**given)

        return call if name not in ("exceptions", "get_paginator", "meta") else getattr(self.client, name)


def test_signature_is_the_one_of_the_specifications_libraries():
    # The test vector of the reference implementations (github.com/standard-webhooks/standard-webhooks, libraries/).
    keys = read_keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = sign_event("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', keys)

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_we_sign_our_own_door_verifies_and_one_changed_byte_it_does_not():
    now = datetime.now(UTC)
    event_id = str(uuid.uuid4())
    headers = sign_event(event_id, int(now.timestamp()), b'{"a":1}', read_keys(f"{SECRET}\n{OTHER}"))
    for secret in (SECRET, OTHER):
        webhooks.verify(b'{"a":1}', headers, [secret.encode()], now)
    for body, sent in ((b'{"a":2}', headers), (b'{"a":1}', {**headers, "webhook-id": "other"})):
        with pytest.raises(InvalidSignatureError):
            webhooks.verify(body, sent, [SECRET.encode()], now)


def test_secrets_are_made_rotated_and_retired(line):
    ssm, stage = line.clients["ssm"], line.settings.stage
    first = add_secret(ssm, stage, "erp")
    second = add_secret(ssm, stage, "erp")
    third = add_secret(ssm, stage, "erp")
    held = line.services().signing_secrets.fetch_values()["erp"]
    assert held.split("\n") == [third, second]
    assert len({first, second, third}) == len(read_keys(f"{first}\n{second}\n{third}")) == 3

    assert end_rotation(ssm, stage, "erp")
    assert line.services().signing_secrets.fetch_values() == {"erp": third}
    assert not end_rotation(ssm, stage, "crm")


@pytest.mark.parametrize("text", ["", "\n", "whsec_AAAA", "plain", "whsec_" + "A" * 88, f"{SECRET}\nwhsec_AAAA"])
def test_secret_that_is_too_short_too_long_or_none_is_refused(text):
    with pytest.raises(TargetRefusedError):
        read_keys(text)
