"""Speed of sending: one worker process against the local SES: mails a second, CPU a mail, and where the time goes.

The local SES is moto's server in a process of its own, DynamoDB is DynamoDB Local: their CPU is not counted, their
answers are waited for. So the CPU is ours, and the rate is this machine's. SES's own limit (14 a second for an account
out of the sandbox) is not kept here.
"""

import os
import statistics
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import boto3

from chalicelib.mails.ses import Mailer
from chalicelib.outreach import compose
from chalicelib.outreach.decide import handle_customer
from chalicelib.vault.person import PersonSeal
from chalicelib.vault.root import RootSeal
from infra.local.cloud import start_cloud
from infra.local.endpoints import SERVICES
from infra.local.mailbox import PATH
from infra.local.processes import end_children, free_port, wait_listening
from tests.proofs.sends_args import make_parser, read_args
from tests.proofs.sends_stage import DUE, Office, make_campaign, open_shop
from tests.proofs.sends_wire import Request, Watched

PARTS = (
    (compose, "render_mail", "rendering"),
    (PersonSeal, "__init__", "sealing"),
    (PersonSeal, "seal_record", "sealing"),
    (PersonSeal, "open_record", "sealing"),
    (RootSeal, "open_secret", "sealing"),
)


class Stopwatch:
    """Adds up wall and CPU seconds of what passes through it, by part; parts do not nest."""

    def __init__(self) -> None:
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()

    def reset(self) -> None:
        """Forget what was noted."""
        for counts in (self.wall, self.cpu, self.calls):
            counts.clear()

    def time(self, part: str, call: Callable[[], Any]) -> Any:
        """Make a call and note how long it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            return call()
        finally:
            self.wall[part] += time.perf_counter() - wall
            self.cpu[part] += time.process_time() - cpu
            self.calls[part] += 1

    def watch(self, name: str, request: Request, call: Callable[[], Any]) -> Any:
        """Note a call to AWS."""
        return self.time("SES" if name == "send_email" else "DynamoDB", call)

    @contextmanager
    def wrap(self, owner: Any, name: str, part: str) -> Iterator[None]:
        """Note every call of one function."""
        plain = getattr(owner, name)
        setattr(owner, name, lambda *args, **named: self.time(part, lambda: plain(*args, **named)))
        try:
            yield
        finally:
            setattr(owner, name, plain)


@contextmanager
def open_ses() -> Iterator[Any]:
    """Start the local SES with its sender verified; yield the client that `services` makes."""
    from chalicelib.services import SEND_TIMEOUTS, make_client

    port = free_port()
    cloud = start_cloud(port)
    wait_listening(port, cloud)
    os.environ.update({f"AWS_ENDPOINT_URL_{service}": f"http://127.0.0.1:{port}" for service in SERVICES})
    try:
        boto3.client("ses").verify_domain_identity(Domain="example.com")
        yield make_client("sesv2", SEND_TIMEOUTS)
    finally:
        end_children([cloud])


def count_mailbox() -> int:
    """Return how many mails the local SES holds."""
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL_SESV2"] + PATH, timeout=60) as page:
        return int(page.read().decode().count("<li><a "))


def open_worker(office: Office, ses: Any, meter: Stopwatch) -> Any:
    """Return a worker's services whose mails go to the local SES."""
    services = office.open_services(meter.watch)
    services.mailer = Mailer(Watched(ses, meter.watch), services.settings.mail_from, "")
    return services


def send_all(ids: list[str], services: Any) -> tuple[list[float], float, float]:
    """Handle everybody; return seconds a mail, and wall and CPU seconds in all."""
    times, began, worked = [], time.perf_counter(), time.process_time()
    for customer in ids:
        start = time.perf_counter()
        assert handle_customer(customer, services, DUE) == "sent"
        times.append(time.perf_counter() - start)
    return times, time.perf_counter() - began, time.process_time() - worked


def print_parts(meter: Stopwatch, total: int, wall: float, cpu: float) -> None:
    """Print where the time went."""
    rest = wall - sum(meter.wall.values()), cpu - sum(meter.cpu.values())
    rows = [(part, meter.calls[part] / total, meter.wall[part], meter.cpu[part]) for part in sorted(meter.wall)]
    for part, calls, seconds, worked in [*rows, ("the rest", 0.0, *rest)]:
        each = f"{calls:.1f} calls" if calls else ""
        print(f"  {part:<10} {seconds / total * 1e3:7.2f} ms wall {worked / total * 1e3:7.2f} ms CPU   {each}")


def main() -> int:
    """Send, and print the figures; 0 when as many mails arrived as were sent."""
    asked = read_args(make_parser(__doc__ or "", 500, "how many mails"))
    warm = 25
    print(f"seed {asked.seed} (nothing is drawn here): {asked.total} mails", flush=True)
    with open_shop() as shop, open_ses() as ses:
        office = Office(shop, (make_campaign(),))
        ids = list(office.enrol({f"person{number}@example.org": {} for number in range(asked.total + warm)}).values())
        meter = Stopwatch()
        services = open_worker(office, ses, meter)
        send_all(ids[:warm], services)
        meter.reset()
        with ExitStack() as stack:
            for owner, name, part in PARTS:
                stack.enter_context(meter.wrap(owner, name, part))
            times, wall, cpu = send_all(ids[warm:], services)
        arrived = count_mailbox() - warm
    middle, slow = statistics.median(times) * 1e3, statistics.quantiles(times, n=20)[-1] * 1e3
    print(f"{asked.total} mails in {wall:.1f} s: {asked.total / wall:.1f} a second by one worker process")
    print(f"a mail: {middle:.1f} ms (median), {slow:.1f} ms (95th of 100), {cpu / asked.total * 1e3:.1f} ms CPU")
    print_parts(meter, asked.total, wall, cpu)
    print(f"arrived at the local SES: {arrived}; {int(arrived != asked.total)} violations")
    return 0 if arrived == asked.total else 1


if __name__ == "__main__":
    sys.exit(main())
