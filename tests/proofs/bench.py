"""`make bench`: the accept path beside a bare handler, on one DynamoDB Local, in turn; ratios, since machines drift.

The bare handler does the least that such a door could do: base64, HMAC, pydantic, AES-GCM, one conditional boto3 put.
Ours does routing, strict parsing, the encryption SDK and the dedupe key as well.
"""

import argparse
import base64
import hashlib
import hmac
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.cloud import start_cloud
from infra.local.emulator import start_emulator
from infra.local.endpoints import name_endpoints
from infra.local.processes import end_children, free_port, wait_listening
from infra.local.stack import TABLES, create_stack
from tests.builders.large_order import write_order
from tests.proofs.parts import print_parts

STAGE = "bench"
SECRET = b"local-shopify-secret"
LIBRARIES = "import chalice, boto3, pydantic, aws_encryption_sdk"
Event = dict[str, Any]
Handler = Callable[[Event], Any]


def make_event(body: bytes) -> Event:
    """Return the Lambda proxy event of one delivery."""
    digest = base64.b64encode(hmac.new(SECRET, body, hashlib.sha256).digest()).decode()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": "orders/create",
        "x-shopify-shop-domain": "corner.myshopify.example",
        "x-shopify-webhook-id": hashlib.sha256(body).hexdigest(),
        "x-shopify-hmac-sha256": digest,
    }
    return {
        "resource": "/hooks/{sender}",
        "path": "/hooks/shopify",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"sender": "shopify"},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/hooks/{sender}",
            "httpMethod": "POST",
            "requestTimeEpoch": int(time.time() * 1000),
            "identity": {"sourceIp": "192.0.2.1"},
            "requestId": "bench",
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def make_bare(client: Any, table: str) -> Handler:
    """Return the least that such a door could do."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from pydantic import BaseModel, ConfigDict

    class Order(BaseModel):
        model_config = ConfigDict(extra="allow")
        id: int
        email: str

    cipher = AESGCM(os.urandom(32))

    def handle(event: Event) -> Any:
        raw = base64.b64decode(event["body"])
        expected = base64.b64encode(hmac.new(SECRET, raw, hashlib.sha256).digest())
        if not hmac.compare_digest(expected, event["headers"]["x-shopify-hmac-sha256"].encode()):
            return {"statusCode": 401}
        order = Order.model_validate_json(raw)
        nonce = os.urandom(12)
        sealed = nonce + cipher.encrypt(nonce, raw, str(order.id).encode())
        key = event["headers"]["x-shopify-webhook-id"]
        client.put_item(
            TableName=table,
            Item={"pk": {"S": f"bare#{key}"}, "sealed": {"B": sealed}},
            ConditionExpression="attribute_not_exists(pk)",
        )
        return {"statusCode": 202, "body": "{}"}

    return handle


def time_calls(handle: Handler, events: list[Event]) -> list[float]:
    """Return seconds per call."""
    times = []
    for event in events:
        began = time.perf_counter()
        answer = handle(event)
        times.append(time.perf_counter() - began)
        assert answer["statusCode"] == 202, answer
    return times


def compare_warm(rounds: int) -> None:
    """Time both in turn, 100 calls at a time, and print medians and the median ratio."""
    import app
    from chalicelib.services import DOOR_TIMEOUTS, make_client

    client = make_client("dynamodb", DOOR_TIMEOUTS)
    bare = make_bare(client, f"regulars-{STAGE}-inbox")
    number = iter(range(10**9))
    fresh = lambda: [make_event(write_order(next(number))) for _ in range(100)]  # noqa: E731
    ours: Handler = lambda event: app.app(event, None)  # noqa: E731
    for _ in range(25):
        time_calls(ours, fresh())
        time_calls(bare, fresh())
    pairs = [(time_calls(ours, fresh()), time_calls(bare, fresh())) for _ in range(rounds)]
    ratios = [statistics.median(one) / statistics.median(other) for one, other in pairs]
    mine = statistics.median(value for one, _ in pairs for value in one) * 1e3
    theirs = statistics.median(value for _, other in pairs for value in other) * 1e3
    print(f"warm, {len(write_order(0))}-byte order: ours {mine:.2f} ms, bare {theirs:.2f} ms a request (medians)")
    print(f"ratio, pair by pair: {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


def time_process(program: str, environ: dict[str, str]) -> float:
    """Return how long a fresh interpreter takes to run a program, in seconds."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, env=environ)
    return time.perf_counter() - began


def compare_cold(rounds: int) -> None:
    """Time fresh processes in turn: the libraries alone, the app, and the app to its first answer."""
    plain = {name: value for name, value in os.environ.items() if name != "_HANDLER"}
    programs = {
        "the libraries alone": (LIBRARIES, plain),
        "our app imported": ("import app", plain),
        "our app, warmed up as Lambda starts it": ("import app", {**plain, "_HANDLER": "app.app"}),
        "libraries and a DynamoDB client": (f"{LIBRARIES}; boto3.client('dynamodb'); boto3.client('ssm')", plain),
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(rounds + 1):
        for name, (program, environ) in programs.items():
            took = time_process(program, environ)
            if turn:
                times[name].append(took)
    base = times["the libraries alone"]
    for name, own in times.items():
        ratio = statistics.median(one / other for one, other in zip(own, base, strict=True))
        print(f"cold, {name}: {statistics.median(own) * 1e3:.0f} ms, {ratio:.2f} of the libraries alone")


def main() -> int:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        emulator, dynamodb_port = start_emulator()
        cloud_port = free_port()
        cloud = start_cloud(cloud_port)
        try:
            wait_listening(dynamodb_port, emulator)
            wait_listening(cloud_port, cloud)
            prepare_stage(Path(folder), cloud_port, dynamodb_port)
            compare_warm(asked.rounds)
            compare_cold(asked.rounds)
            print_parts()
        finally:
            end_children([emulator, cloud])
    return 0


def prepare_stage(folder: Path, cloud_port: int, dynamodb_port: int) -> None:
    """Make tables, keys and parameters, and name them in the environment."""
    import boto3

    from tests.builders.api import put_parameters
    from tests.builders.shop import write_keys

    inbox_key, public_key, root_key = write_keys(folder)
    os.environ.update(name_endpoints(cloud_port, dynamodb_port))
    # With every campaign on: a customer who is due costs an index entry.
    os.environ.update({"STAGE": STAGE, "INBOX_KEY": inbox_key, "ROOT_KEY": root_key, "TRY_OUT": "yes"})
    create_stack(STAGE, lambda name: boto3.client(name), TABLES, protect=False)  # type: ignore[call-overload]
    from chalicelib.config import current_settings

    put_parameters(boto3.client("ssm"), current_settings(), public_key)


if __name__ == "__main__":
    sys.exit(main())
