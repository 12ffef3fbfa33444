"""`make prove-numbers`: what one walk over 50, 2,000 and 50,000 people costs, and that the forgotten leave no trace.

cost      each walk, with the numbers and the list of names, runs in a process of its own on DynamoDB Local: its seconds
          of CPU, its peak memory, its calls of KMS, its read and write units, the size of the sealed result
cdnow     fetches the CDNOW sample; its published repeat rates come out of our fold (`tests/numbers/test_cdnow.py`)
forget    100 of 2,000 are forgotten: every figure equals that of a shop in which they never were

Profiles are folded from invented histories of 5 to 15 events; past 5,000 the same profiles come again under other ids.
Read units are what DynamoDB Local counts; write units of transactions are AWS's rule (`tests.builders.units`).
"""

import argparse
import json
import logging
import math
import random
import resource
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from chalicelib.config import read_settings
from chalicelib.fold.run import list_consumers
from chalicelib.fold.walk import walk_people
from chalicelib.logs import configure_logging
from chalicelib.models import Profile
from chalicelib.numbers.counting import read_counted
from chalicelib.services import WORK_TIMEOUTS, Services, make_client
from infra.places import ROOT
from tests.builders.crowd import write_profiles
from tests.builders.invented import Invented, invent_answer, invent_order
from tests.builders.kms import ROOT_ARN, CountingKms
from tests.builders.shop import NOW, Shop
from tests.builders.units import measure_units
from tests.proofs.cdnow import fetch_sample
from tests.proofs.forgetting import forget_some
from tests.proofs.sends_stage import open_shop

SIZES = (50, 2_000, 50_000)
DISTINCT = 5_000
AT_ONCE = 500
NIGHT = NOW + timedelta(days=1)
BOUNDS = {2_000: (8.0, 256.0), 50_000: (180.0, 256.0)}  # seconds of CPU, megabytes
NAMES = ("Asha Rao", "Bram Castell", "Серік Әсел", "मीरा नेगी", "Ελένη Βλάχου")


def invent_profile(chance: random.Random, number: int) -> Profile:
    """Return a profile of 5 to 15 events."""
    orders, answers = chance.randint(4, 12), chance.randint(1, 3)
    person = Invented([invent_order(chance) for _ in range(orders)], [invent_answer(chance) for _ in range(answers)])
    profile = person.fold(chance, f"p{number:05}")
    name = {"value": NAMES[number % len(NAMES)], "at": NOW, "source": "form", "grade": "typed"}
    return Profile.model_validate({**profile.model_dump(), "fields": {**profile.model_dump()["fields"], "name": name}})


def invent_profiles(people: int, seed: int) -> Iterator[Profile]:
    """Yield so many profiles."""
    chance, distinct = random.Random(seed), []
    for number in range(people):
        if number < DISTINCT:
            distinct.append(invent_profile(chance, number))
        yield distinct[number % DISTINCT].model_copy(update={"customer_id": f"p{number:05}"})


def write_people(shop: Shop, kms: CountingKms, people: int, seed: int, *, alone: bool) -> None:
    """Write them into the tables; their keys are sealed in KMS, `alone` or many under one data key."""
    services = open_services(shop.settings.stage, kms)
    batch: list[Profile] = []
    for profile in invent_profiles(people, seed):
        batch.append(profile)
        if len(batch) == AT_ONCE:
            write_profiles(services, batch, alone=alone)
            batch = []
    write_profiles(services, batch, alone=alone)


def open_services(stage: str, kms: CountingKms) -> Services:
    """Return services whose root key is in KMS."""
    clients = {"dynamodb": make_client("dynamodb", WORK_TIMEOUTS), "kms": kms.client}
    settings = read_settings({"STAGE": stage, "ROOT_KEY": ROOT_ARN})
    return Services(settings, lambda name, _: clients.get(name))


def walk_once(stage: str, wrapped: dict[str, str], days: int) -> dict[str, Any]:
    """Walk over everybody in this process, which does nothing else; return what it cost."""
    kms = CountingKms()
    kms.wrapped = {name: b64decode(key) for name, key in wrapped.items()}
    services = open_services(stage, kms)
    with measure_units(services.dynamodb, make_client("dynamodb", WORK_TIMEOUTS)) as units:
        began, used = time.monotonic(), time.process_time()
        done = walk_people(services, list_consumers(services), NOW + timedelta(days=days), math.inf)
    cost = {
        "people": done["met"],
        "unread": done["unread"],
        "cpu": time.process_time() - used,
        "seconds": time.monotonic() - began,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "kms": dict(kms.calls),
        "units": dict(units),
    }
    rows = services.table.query_items("numbers")
    counted = read_counted(services)
    return {
        **cost,
        "sealed": sum(len(row.get("sealed", b"")) for row in rows),
        "counted": counted.tally.count("people") if counted else 0,
        "sums": len(counted.tally) if counted else 0,
        "wrapped": {name: b64encode(key).decode() for name, key in kms.wrapped.items()},
    }


def start_walk(stage: str, kms: CountingKms, days: int) -> dict[str, Any]:
    """Let a process of its own walk once; return what it cost."""
    told = json.dumps([stage, {name: b64encode(key).decode() for name, key in kms.wrapped.items()}, days])
    command = [sys.executable, "-m", "tests.proofs.numbers", "--walk"]
    done = subprocess.run(command, input=told, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    cost: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if cost["unread"]:
        print(done.stderr[-2_000:])  # which records could not be read, and why
    kms.wrapped |= {name: b64decode(key) for name, key in cost.pop("wrapped").items()}
    return cost


def measure_size(people: int, seed: int) -> int:
    """Print what two nights cost: the first after everybody came, and an ordinary one. Return how many bounds broke."""
    with open_shop() as shop:
        kms = CountingKms()
        alone = people <= DISTINCT
        write_people(shop, kms, people, seed, alone=alone)
        broken = 0
        for days, night in enumerate(("first night", "other nights"), 1):
            cost = start_walk(shop.settings.stage, kms, days)
            broken += report_cost(people, night, cost)
        return broken


def report_cost(people: int, night: str, cost: dict[str, Any]) -> int:
    """Print one walk; return how many of its bounds broke."""
    units, calls = cost["units"], sum(cost["kms"].values())
    print(
        f"{people:>6,} people, {night:12}: {cost['cpu']:6.1f} s of CPU, {cost['seconds']:6.1f} s, "
        f"{cost['megabytes']:4.0f} MB, {calls} calls of KMS, {units.get('calls', 0):,.0f} of DynamoDB, "
        f"{units.get('read', 0):,.0f} read units, {units.get('write', 0):,.0f} write units, "
        f"{cost['sealed']:,} bytes sealed, {cost['sums']:,} sums",
        flush=True,
    )
    seconds, megabytes = BOUNDS.get(people, (math.inf, 256.0))
    if (cost["people"], cost["counted"], cost["unread"]) != (people, people, 0):
        print(f"  met {cost['people']:,}, counted {cost['counted']:,}, {cost['unread']} could not be read")
        return 1
    return (cost["cpu"] > seconds) + (cost["megabytes"] > megabytes)


def check_cdnow() -> int:
    """Fetch the CDNOW sample where it is not here, and run its test; return 1 where that fails."""
    if absence := fetch_sample():
        print(f"CDNOW: {absence}")
        return 1
    ran = subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/numbers/test_cdnow.py"], cwd=ROOT, check=False)
    return int(ran.returncode != 0)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the walk over everybody.")
    parser.add_argument("--people", type=int, default=0, help="this size alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--walk", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.walk:
        configure_logging(logging.getLogger())
        stage, wrapped, days = json.load(sys.stdin)
        print(json.dumps(walk_once(stage, wrapped, days)))
        return 0
    broken = check_cdnow() + sum(
        measure_size(people, asked.seed) for people in ((asked.people,) if asked.people else SIZES)
    )
    with open_shop() as shop, open_shop() as other:
        faults = forget_some(shop, other, 2_000, 100, asked.seed)
    print(f"100 of 2,000 forgotten: {len(faults)} figures differ from a shop in which they never were {faults[:3]}")
    print("All as it should be." if not broken and not faults else f"{broken + len(faults)} bounds are broken.")
    return int(bool(broken or faults))


if __name__ == "__main__":
    sys.exit(main())
