"""`make prove-cost`: what finding a thousand due people costs, among ten thousand, a hundred thousand, a million.

Rows as the profile writes them, about 900 sealed bytes each; a thousand of them carry a due date. Read units are
DynamoDB Local's own count, taken from each answer; the time is that of `list_due` to its last id. What is compared is
the ratio to the smallest table: flat means that work follows the due and not the stored.
"""

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from typing import Any

from chalicelib.customers import Customers, name_due
from chalicelib.outreach import LOOK_BACK_WEEKS
from tests.proofs.sends_stage import DUE, open_shop
from tests.proofs.sends_wire import Request

DUE_PEOPLE = 1_000
LEAST = 0.5  # read units: AWS charges so much for a query that finds nothing; DynamoDB Local forgets it
SEALED = (780, 1_050)  # bytes of a sealed profile with a name, an address, a consent and a few orders
TIMES = 7
MOST_GROWTH = 1.10  # of read units; of time, whose noise is this machine's, see MOST_SLOWER
MOST_SLOWER = 2.0


def make_row(number: int, chance: random.Random, due: bool) -> Request:
    """Return one profile row; the due ones were due at some moment of the last thirty hours."""
    customer = f"{chance.getrandbits(128):032x}"[:22]
    moment = DUE - timedelta(seconds=chance.randint(60, 30 * 3600)) if due else None
    return {
        "pk": {"S": f"cust#{customer}"},
        "sk": {"S": "profile"},
        "sealed": {"B": chance.randbytes(chance.randint(*SEALED))},
        "version": {"N": "1"},
        **name_due(customer, moment),
    }


def write_rows(client: Any, table: str, rows: Iterator[Request], threads: int) -> None:
    """Write rows, 25 a call."""

    def write(batch: list[Request]) -> None:
        left = {table: [{"PutRequest": {"Item": row}} for row in batch]}
        while left:
            left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]

    with ThreadPoolExecutor(threads) as pool:
        while batches := [batch for _ in range(400) if (batch := list(islice(rows, 25)))]:
            list(pool.map(write, batches))


def watch_units(client: Any, units: Counter[str]) -> None:
    """Ask for the units of every query, and add them up."""

    def ask(params: Request, **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def add(parsed: Request, **_: Any) -> None:
        spent = parsed["ConsumedCapacity"]["CapacityUnits"]
        units["units"] += max(spent, LEAST)
        units["calls"] += 1

    client.meta.events.register("provide-client-params.dynamodb.Query", ask)
    client.meta.events.register("after-call.dynamodb.Query", add)


def measure_job(customers: Customers, units: Counter[str]) -> tuple[float, int, float]:
    """Return read units and queries of one run, and the median time in milliseconds."""
    times = []
    for _ in range(TIMES):
        units.clear()
        began = time.perf_counter()
        found = list(customers.list_due(DUE, LOOK_BACK_WEEKS))
        times.append(time.perf_counter() - began)
        assert len(found) == len(set(found)) == DUE_PEOPLE, f"{len(found)} found"
    return units["units"], int(units["calls"]), statistics.median(times) * 1e3


def main() -> int:
    """Measure each size; 0 when the cost is flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="a million rows too: some minutes, some gigabytes")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sizes = [10_000, 100_000, *([1_000_000] if asked.million else [])]
    chance = random.Random(asked.seed)
    results: list[tuple[float, float]] = []
    units: Counter[str] = Counter()
    print(f"seed {asked.seed}: {DUE_PEOPLE} due", flush=True)
    with open_shop() as shop:
        customers = Customers(shop.dynamodb, shop.prefix + "customers")
        watch_units(shop.dynamodb, units)
        stored = 0
        for size in sizes:
            began = time.monotonic()
            numbers = range(stored, size)
            rows = (make_row(number, chance, number < DUE_PEOPLE) for number in numbers)
            write_rows(shop.dynamodb, customers.table, rows, asked.threads)
            stored, wrote = size, time.monotonic() - began
            spent, calls, took = measure_job(customers, units)
            results.append((spent, took))
            ratios = f"{spent / results[0][0]:.2f} and {took / results[0][1]:.2f} of the smallest"
            print(f"{size:>9,} stored: {spent:g} read units in {calls} queries, {took:.0f} ms; {ratios}", end="")
            print(f" (written in {wrote:.0f} s)", flush=True)
    flat = all(
        spent <= results[0][0] * MOST_GROWTH and took <= results[0][1] * MOST_SLOWER for spent, took in results
    )
    print("flat: the cost follows the due" if flat else "not flat")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
