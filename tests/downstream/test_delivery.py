"""From a settled consent to a verified signature at a receiver, and whatever a receiver or a queue may do meanwhile."""

import json
import logging
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.downstream.delivery import DELAYS, choose_delay
from chalicelib.downstream.signing import read_keys, sign_event
from chalicelib.errors import InvalidSignatureError, TargetRefusedError
from chalicelib.senders import webhooks
from infra.deploy.downstream import add_secret, end_rotation
from tests.builders.api import start_container
from tests.builders.downstream import ASEL, YES, read_outbox
from tests.builders.line import Down, firing, make_record, wire_app
from tests.builders.receiver import SECRET, Receiver
from tests.builders.shop import a_submission

OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzAtYnl0ZXMtb3Itc28="


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
def test_failed_attempt_is_made_again_with_the_same_id_and_bytes(kind, line, impatient, brief):
    with Receiver(kind) as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        began = time.monotonic()
        assert line.turn(delivery) == (1, 1)
        assert time.monotonic() - began < brief[1] + 10
        assert line.turn(delivery) == (1, 0)
        assert line.turn(delivery) == (0, 0)

    assert receiver.ids == ["event-1", "event-1"]
    assert receiver.connections == 2  # a redirect is not followed
    (first, body), (second, again) = receiver.got
    assert body == again
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize("kind", ["huge", "huge-head", "drip-body"])
def test_answer_that_does_not_end_is_cut_and_its_status_counts(kind, line, brief):
    with Receiver(kind) as receiver:
        delivery = line.listen(erp=receiver)
        line.queue("event-1")
        began = time.monotonic()
        assert line.turn(delivery) == (1, 0)
        assert time.monotonic() - began < brief[1] + 10
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


def test_target_that_is_down_does_not_hold_up_the_other(line, brief):
    ids = [f"event-{number}" for number in range(30)]
    with Receiver(*["hang"] * 99) as down, Receiver() as up:
        delivery = line.listen(up=up, down=down)
        line.queue(*ids)
        turns = []
        while len(set(up.ids)) < len(ids):
            turns.append(line.turn(delivery, timedelta(seconds=1)))

    assert sorted(up.ids) == sorted(ids)
    assert down.connections == 1
    assert line.busy < 4 * brief[1], "one time-out for the one that is down, not thirty"
    print(f"\n30 events past a target that hangs: {line.busy:.1f} s of delivering, {len(turns)} batches")


def test_target_that_is_slow_keeps_no_other_waiting_within_a_batch(line):
    with Receiver(*["slow"] * 3) as slow, Receiver() as quick:
        delivery = line.listen(slow=slow, quick=quick)
        line.queue(*"123")
        assert line.turn(delivery) == (6, 0)

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
