"""Sending under faults: many are due at once, calls to AWS break, workers are killed; who was mailed, and why not?

Every call that planning, sending and reconciling make passes an injector: never reached, done but the reply lost,
refused without effect, killed before it, killed after it, each as likely. SES answers in each of its ways. What it
tells later comes for some attempts only. Afterwards the faults are off, the clock moves on, and everything is counted:
from the post office, from the wire, from the rows and from the facts, which must all tell the same story.
"""

import queue
import random
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import RegularsError
from chalicelib.functions.plan_mails import LOOK_BACK_WEEKS
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.services import Services
from chalicelib.settling.dispatch import settle_item
from tests.proofs.sends_args import make_parser, read_args
from tests.proofs.sends_ends import check_ends, print_table
from tests.proofs.sends_stage import COST, DUE, Office, make_campaign, make_clock, open_shop, stop_addresses
from tests.proofs.sends_wire import Faults, Killed, Tally
from tests.proofs.sends_word import make_word

RECEIVES = 5  # how often the queue hands out one message (infra/template.yaml: maxReceiveCount)
ROUND = timedelta(minutes=20)
FAULTS = (RegularsError, ClientError, BotoCoreError)


class Run:
    """Workers, a planner and a reconciler over one shop whose calls break."""

    def __init__(self, office: Office, faults: Faults, workers: int) -> None:
        self.office = office
        self.faults = faults
        self.now: datetime = DUE
        self.messages: queue.Queue[tuple[str, int]] = queue.Queue()
        self.tally = Tally()
        self.crashes: list[str] = []
        self.told: set[str] = set()
        self.settling = office.open_services(faults.watch)
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(workers)]

    @contextmanager
    def employ(self) -> Iterator[None]:
        """Start the workers, and end them."""
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.ended.set()
            for thread in self.threads:
                thread.join()

    def open_tools(self) -> Services:
        """Return a new container's services; starting one may break too."""
        return self.office.open_services(self.faults.watch)

    def work(self, number: int) -> None:
        """Handle messages until told to end; a kill costs the container and leaves the message."""
        self.faults.seed_thread(number)
        services: Services | None = None
        while not self.ended.is_set():
            try:
                customer, receives = self.messages.get(timeout=0.1)
            except queue.Empty:
                continue
            outcome = "crashed"
            try:
                services = services or self.open_tools()
                outcome = handle_customer(customer, services, self.now)
            except Killed:
                outcome, services = "killed", None
            except FAULTS:
                outcome = "postponed"
            except Exception:
                self.crashes.append(traceback.format_exc())
            self.tally.add(outcome)
            if outcome in ("killed", "postponed", "throttled", "crashed") and receives < RECEIVES:
                self.messages.put((customer, receives + 1))
            self.messages.task_done()

    def persist(self, what: str, step: Callable[[], Any], times: int = 50) -> Any:
        """Do a scheduled job; after a crash or a kill start over, as the next invocation does."""
        for _ in range(times):
            try:
                return step()
            except Killed:
                self.tally.add(f"{what} killed")
            except FAULTS:
                self.tally.add(f"{what} failed")
        raise RuntimeError(f"{what} never came through")

    def plan(self, chance: random.Random) -> int:
        """Queue whoever is due; the queue delivers some of it twice."""
        due = self.persist("planner", lambda: list(self.settling.people_rows.list_due(self.now, LOOK_BACK_WEEKS)))
        for customer in due:
            for _ in range(2 if chance.random() < 0.05 else 1):
                self.messages.put((customer, 1))
        return len(due)

    def reconcile(self, number: int) -> None:
        """Run the reconciler while the workers work."""
        self.faults.seed_thread(number)
        try:
            counts = self.persist("reconciler", lambda: reconcile_mails(self.open_tools(), self.now))
            for outcome, times in counts.items():
                self.tally.add(f"{outcome} by the reconciler", times)
        except Exception:
            self.crashes.append(traceback.format_exc())

    def tell(self, chance: random.Random, share: float) -> None:
        """Let SES tell of some attempts that it took, through the inbox; settling breaks too and is repeated."""
        for address, _, attempt in list(self.office.post.accepted):
            if attempt in self.told or chance.random() > share:
                continue
            self.told.add(attempt)
            for kind in chance.choice([("Send",), ("Delivery",), ("Delivery", "Send")]):
                key = self.office.shop.accept(make_word(kind, attempt, address, self.now))
                self.persist("settling", partial(settle_item, key, self.settling, self.now))

    def turn(self, number: int, chance: random.Random, share: float) -> int:
        """Plan, send and reconcile once, all at the same time; then hear from SES, and move the clock."""
        due = self.plan(chance)
        reconciler = threading.Thread(target=self.reconcile, args=(10_000 + number,))
        reconciler.start()
        self.messages.join()
        reconciler.join()
        self.tell(chance, share)
        self.now += ROUND
        if self.crashes:
            raise RuntimeError(f"{len(self.crashes)} crashes, such as: {self.crashes[0]}")
        return due

    def run(self, seed: int, rounds: int) -> None:
        """Turn with faults, then without until nobody is due and nothing is open."""
        chance = random.Random(seed)
        self.faults.seed_thread(-1)
        self.faults.on = True
        for number in range(rounds):
            due = self.turn(number, chance, share=0.03)
            print(f"  round {number + 1}: {due} due, {len(self.office.post.accepted)} accepted so far", flush=True)
        self.faults.on = False
        for number in range(6):
            self.turn(rounds + number, chance, share=0.03)
        self.now += timedelta(days=20)  # what SES never took is over now
        for number in range(3):
            self.turn(rounds + 6 + number, chance, share=0)


def invent_people(total: int, chance: random.Random) -> dict[str, dict[str, str]]:
    """Return addresses and fields; every tenth is in the second campaign's audience too."""
    return {
        f"person{number}@example.org": {"age_band": "25-34"} if chance.random() < 0.1 else {} for number in range(total)
    }


def main() -> int:
    """Run; 0 when nobody was mailed twice, nobody forgotten, and everything adds up."""
    parser = make_parser(__doc__ or "", 1_000, "how many people are due")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--rate", type=float, default=0.01)
    asked = read_args(parser)
    seed = asked.seed
    chance = random.Random(seed)
    people = invent_people(asked.total, chance)
    campaigns = (
        make_campaign(most=int(asked.total * COST * 0.78), holdout_share=0.05),
        make_campaign("second", days=8, audience={"age_bands": ["25-34"]}),
    )
    began = time.monotonic()
    print(f"seed {seed}: {asked.total} due, {asked.workers} workers, {asked.rate:.1%} of calls broken", flush=True)
    with open_shop() as shop:
        office = Office(shop, campaigns, make_clock(cap=1))
        ids = office.enrol(people)
        addresses = sorted(people)
        stopped = set(chance.sample(addresses, asked.total // 50))
        stop_addresses(office, stopped)
        office.post.busy = set(chance.sample(addresses, asked.total // 200))
        run = Run(office, Faults(seed, asked.rate), asked.workers)
        with run.employ():
            run.run(seed, asked.rounds)
        faults = check_ends(run, ids, people, stopped)
        print_table(run, ids, time.monotonic() - began)
    print(f"seed {seed}: {len(faults)} violations")
    print("\n".join(faults[:20]) or "nobody twice, nobody forgotten, parked is what is in doubt, all adds up")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
