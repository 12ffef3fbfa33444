"""`make prove-once`: a storm of repeated deliveries over a stack that is killed again and again.

Every submission is delivered one to five times, shuffled, from sixteen threads; each delivery is repeated until it is
answered 2xx, as senders do; meanwhile processes are killed with SIGKILL and restarted. Afterwards every submission
must be exactly one event of one history, and nothing else may be there.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.proofs.stack import LocalStack

VICTIMS = ("whole stack", "infra.local.gateway", "infra.local.pumps", "DynamoDBLocal")


@dataclass(frozen=True)
class Delivery:
    """One post; `marker` stands in the body and nowhere else."""

    marker: str
    path: str
    body: bytes
    headers: dict[str, str]


def make_form(number: int, person: str) -> Delivery:
    """Return a survey as the embed sends it."""
    marker = f"storm-{number}"
    body = {"email": person, "name": marker, "score": number % 11, "submission": f"storm-submission-{number:08d}"}
    return Delivery(marker, "/forms/survey", json.dumps(body).encode(), {})


def make_order(number: int, person: str) -> Delivery:
    """Return a signed Shopify order."""
    marker = f"storm-{number}"
    order = {
        "id": 10**17 + number,
        "email": person,
        "created_at": "2026-02-28T10:00:00Z",
        "updated_at": "2026-02-28T10:00:00Z",
        "currency": "EUR",
        "total_price": "10.00",
        "financial_status": "paid",
        "line_items": [{"id": 1, "title": "Tea", "quantity": 1, "price": "10.00"}],
        "note": marker,
        "customer": {"id": int(hashlib.sha256(person.encode()).hexdigest()[:12], 16), "email": person},
    }
    body = json.dumps(order).encode()
    digest = hmac.new(b"local-shopify-secret", body, hashlib.sha256).digest()
    return Delivery(
        marker,
        "/hooks/shopify",
        body,
        {
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Shop-Domain": "corner.myshopify.example",
            "X-Shopify-Webhook-Id": f"webhook-{number}",
            "X-Shopify-Event-Id": f"event-{number}",
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        },
    )


def post_until_kept(port: int, delivery: Delivery, counts: Counter[str]) -> None:
    """Repeat a delivery until it is answered 2xx; raise for a 4xx, which no repetition mends.

    Each submission comes from a loopback address of its own, as people do: one address may not post so often.
    """
    number = int(delivery.marker.rpartition("-")[2])
    source = f"127.{1 + number // 60_000}.{number // 250 % 250}.{number % 250 + 1}"
    for _ in range(600):
        try:
            status = post_once(port, source, delivery)
        except (OSError, http.client.HTTPException):
            status = 0
        counts[str(status or "no answer")] += 1
        if 200 <= status < 300:
            return
        if 400 <= status < 500:
            raise RuntimeError(f"{delivery.marker}: {status}")
        time.sleep(0.3)
    raise RuntimeError(f"{delivery.marker} was never kept")


def post_once(port: int, source: str, delivery: Delivery) -> int:
    """Post one delivery from a loopback address; return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=(source, 0))
    try:
        headers = {"Content-Type": "application/json", **delivery.headers}
        connection.request("POST", delivery.path, delivery.body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def kill_at_random(stack: LocalStack, times: int, chance: random.Random, done: threading.Event) -> list[str]:
    """Kill and restart `times` times, spread over the storm; return what was killed."""
    killed = []
    for _ in range(times):
        if done.wait(chance.uniform(1.0, 4.0)):
            break
        victim = chance.choice(VICTIMS)
        killed.append(victim)
        if victim != "whole stack":
            stack.kill_child(victim)
            time.sleep(0.3)  # the rest of the stack notices, or works on for a moment
        stack.kill()
        stack.start()
    return killed


def make_storm(total: int, chance: random.Random) -> list[Delivery]:
    """Return deliveries of `total` submissions by a fifth as many people, each one to five times, shuffled."""
    deliveries = []
    for number in range(total):
        person = f"person{number % (total // 5 or 1)}@example.org"
        make = make_form if number % 2 else make_order
        deliveries += [make(number, person)] * chance.randint(1, 5)
    chance.shuffle(deliveries)
    return deliveries


def main() -> int:
    """Run the storm; 0 when nothing was lost and nothing doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--total", type=int, default=1_000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "local")
        stack.start()
        deliveries = make_storm(asked.total, chance)
        counts: Counter[str] = Counter()
        done = threading.Event()
        killed: list[str] = []
        killer = threading.Thread(
            target=lambda: killed.extend(kill_at_random(stack, asked.kills, random.Random(seed), done))
        )
        began = time.monotonic()
        killer.start()
        with ThreadPoolExecutor(asked.threads) as pool:
            sent = [pool.submit(post_until_kept, stack.port, delivery, counts) for delivery in deliveries]
            for one in sent:
                one.result()
        done.set()
        killer.join()
        took = time.monotonic() - began
        print(f"seed {seed}: {asked.total} submissions, {len(deliveries)} deliveries in {took:.0f} s: {dict(counts)}")
        print(f"killed: {', '.join(killed)}")
        time.sleep(5)
        for _ in range(2):
            print("sweep:", stack.run("infra.local.fire", "sweep_inbox", "2027-01-01T00:00:00Z").strip())
        verdict = stack.run("tests.proofs.histories", str(asked.total))
        stack.end()
    print(verdict.strip())
    return 0 if verdict.startswith("every one") else 1


if __name__ == "__main__":
    sys.exit(main())
