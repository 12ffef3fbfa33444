"""Cost of the daily job: what finding a thousand due people costs, among ten thousand, a hundred thousand, a million.

Rows as the profile writes them, about 900 sealed bytes each; a thousand of them carry a due date. Read units are
DynamoDB Local's own count, taken from each answer; the time is that of `list_due` to its last id. What is compared is
the ratio to the smallest table: flat means that work follows the due and not the stored.
"""

import base64
import http.client
import json
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
from urllib.parse import urlsplit

from chalicelib.functions.plan_mails import LOOK_BACK_WEEKS
from chalicelib.store.people_rows import PeopleRows, name_due
from chalicelib.store.table import Table
from tests.proofs.sends_args import make_parser, read_args
from tests.proofs.sends_stage import DUE, open_shop
from tests.proofs.sends_wire import Request

DUE_PEOPLE = 1_000
LEAST = 0.5  # read units: AWS charges so much for a query that finds nothing; DynamoDB Local forgets it
SEALED = (780, 1_050)  # bytes of a sealed profile with a name, an address, a consent and a few orders
TIMES = 7
MOST_GROWTH = 1.10  # of read units; of time, whose noise is this machine's, see MOST_SLOWER
MOST_SLOWER = 2.0
SIZES = (10_000, 100_000, 1_000_000)
# DynamoDB Local wants to see a signature, and looks no closer.
SCOPE = "Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "Authorization": f"AWS4-HMAC-SHA256 {SCOPE}",
}


def make_row(chance: random.Random, due: bool) -> Request:
    """Return one profile row as it goes over the wire; the due ones were due in the last thirty hours."""
    customer = f"{chance.getrandbits(128):032x}"[:22]
    moment = DUE - timedelta(seconds=chance.randint(60, 30 * 3600)) if due else None
    return {
        "pk": {"S": f"cust#{customer}"},
        "sk": {"S": "core"},
        "sealed": {"B": base64.b64encode(chance.randbytes(chance.randint(*SEALED))).decode()},
        "version": {"N": "1"},
        "shape": {"N": "1"},
        **name_due(customer, moment),
    }


class Writer:
    """Writes rows over one connection, 25 a call, without a client between: a million rows take long enough."""

    def __init__(self, endpoint: str, table: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=60)
        self.table = table

    def write(self, batch: list[Request]) -> None:
        """Write at most 25 rows."""
        left = {self.table: [{"PutRequest": {"Item": row}} for row in batch]}
        while left:
            self.connection.request("POST", "/", json.dumps({"RequestItems": left}), HEADERS)
            answer = self.connection.getresponse()
            said = json.loads(answer.read())
            assert answer.status == 200, said
            left = said["UnprocessedItems"]


def write_rows(client: Any, table: str, rows: Iterator[Request], threads: int) -> None:
    """Write rows over several connections."""
    writers = [Writer(client.meta.endpoint_url, table) for _ in range(threads)]

    def write(pair: tuple[Writer, list[list[Request]]]) -> None:
        for batch in pair[1]:
            pair[0].write(batch)

    with ThreadPoolExecutor(threads) as pool:
        while batches := [batch for _ in range(400) if (batch := list(islice(rows, 25)))]:
            list(pool.map(write, [(writer, batches[number::threads]) for number, writer in enumerate(writers)]))


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


def measure_job(rows: PeopleRows, units: Counter[str]) -> tuple[float, int, float]:
    """Return read units and queries of one run, and the median time in milliseconds."""
    times = []
    for _ in range(TIMES):
        units.clear()
        began = time.perf_counter()
        found = list(rows.list_due(DUE, LOOK_BACK_WEEKS))
        times.append(time.perf_counter() - began)
        assert len(found) == len(set(found)) == DUE_PEOPLE, f"{len(found)} found"
    return units["units"], int(units["calls"]), statistics.median(times) * 1e3


def main() -> int:
    """Measure each size; 0 when the cost is flat."""
    parser = make_parser(__doc__ or "", SIZES[1], "the most people stored, at most 1,000,000; it takes gigabytes")
    parser.add_argument("--threads", type=int, default=2)
    asked = read_args(parser)
    sizes = [size for size in SIZES if size <= asked.total] or [asked.total]
    chance = random.Random(asked.seed)
    results: list[tuple[float, float]] = []
    units: Counter[str] = Counter()
    print(f"seed {asked.seed}: {DUE_PEOPLE} due", flush=True)
    with open_shop() as shop:
        people = PeopleRows(Table(shop.dynamodb, shop.prefix + "customers"))
        watch_units(shop.dynamodb, units)
        stored = 0
        for size in sizes:
            began = time.monotonic()
            numbers = range(stored, size)
            rows = (make_row(chance, number < DUE_PEOPLE) for number in numbers)
            write_rows(shop.dynamodb, people.table.name, rows, asked.threads)
            stored, wrote = size, time.monotonic() - began
            assert shop.dynamodb.describe_table(TableName=people.table.name)["Table"]["ItemCount"] == size
            spent, calls, took = measure_job(people, units)
            results.append((spent, took))
            ratios = f"{spent / results[0][0]:.2f} and {took / results[0][1]:.2f} of the smallest"
            print(f"{size:>9,} stored: {spent:g} read units in {calls} queries, {took:.0f} ms; {ratios}", end="")
            print(f" (written in {wrote:.0f} s)", flush=True)
    flat = all(spent <= results[0][0] * MOST_GROWTH and took <= results[0][1] * MOST_SLOWER for spent, took in results)
    print(f"seed {asked.seed}: {stored:,} stored, {0 if flat else 1} violations")
    print("flat: the cost follows the due" if flat else "not flat")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
