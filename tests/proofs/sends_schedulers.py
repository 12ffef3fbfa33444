"""Schedulers: two and ten planners with a worker each, at once, paused, resumed and restarted at random.

Each plans for itself and writes to whoever it found due; nobody shares anything but the tables. At random calls one
stands still for a while, as a container does that is frozen, and at others it is thrown away and starts over: gently
(what it was writing to one person is finished, as a deployment does) or hard (cut off at that very call). After gentle
restarts exactly those who were planned are sent to. A hard one may cut off a mail whose outcome then nobody knows: it
is parked and listed, and planned is sent and parked together. Nobody is mailed twice in either.
"""

import random
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.errors import RaceLostError
from chalicelib.functions.plan_mails import LOOK_BACK_WEEKS
from chalicelib.models import MailState
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.outreach.send import UNKNOWN_FOR
from chalicelib.store.mails import OPEN
from tests.proofs.sends_args import make_parser, read_args
from tests.proofs.sends_ends import read_rows
from tests.proofs.sends_stage import DUE, Office, make_campaign, open_shop, pass_call
from tests.proofs.sends_wire import Killed, Request, Tally

WRITING, PLANNING = 0.05, 0.005  # the chance of an interruption at each call: a plan is many calls, a mail few
LONGEST_PAUSE = 0.25  # seconds: long enough for the others to write to a dozen people meanwhile


class Schedulers:
    """Some schedulers over one shop, and the interruptions that befall them."""

    def __init__(self, office: Office, count: int, seed: str, *, hard: bool) -> None:
        self.office = office
        self.count = count
        self.seed = seed
        self.hard = hard
        self.own = threading.local()
        self.tally = Tally()
        self.crashes: list[str] = []

    def watch(self, name: str, request: Request, call: Callable[[], Any]) -> Any:
        """Pause, or restart, before or after some calls."""
        draw: random.Random = self.own.draw
        if draw.random() >= (WRITING if self.own.writes else PLANNING):
            return call()
        self.tally.add("points")
        if draw.random() < 0.5:
            self.tally.add("pauses")
            time.sleep(draw.uniform(0, LONGEST_PAUSE))
            return call()
        self.tally.add("restarts")
        self.own.restart = True
        if not self.hard:
            return call()
        if draw.random() < 0.5:
            with suppress(ClientError):
                call()
        raise Killed

    def schedule(self, number: int) -> None:
        """Plan and write until a plan finds nobody due; after a restart begin anew."""
        self.own.draw = random.Random(f"{self.seed}/{number}")
        idle = False
        while not idle:
            self.own.restart = False
            try:
                idle = self.run_once()
            except Killed:
                self.tally.add("cut off")
            except Exception:
                self.crashes.append(traceback.format_exc())
                return

    def run_once(self) -> bool:
        """Be one container: plan, write to everybody found; return whether nobody was due."""
        self.own.writes = False
        services = self.office.open_services(self.watch)
        due = list(services.people.rows.list_due(DUE, LOOK_BACK_WEEKS))
        self.tally.add("plans")
        self.own.draw.shuffle(due)
        self.own.writes = True
        for customer in due:
            try:
                self.tally.add(handle_customer(customer, services, DUE))
            except RaceLostError:
                self.tally.add("lost every turn")
            if self.own.restart:
                return False
        return not due

    def run(self) -> None:
        """Let all of them work to the end, then let the hour pass for what they left open."""
        threads = [threading.Thread(target=self.schedule, args=(number,)) for number in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        reconcile_mails(self.office.open_services(pass_call), DUE + 2 * UNKNOWN_FOR)


def check_sets(office: Office, ids: dict[str, str], run: Schedulers) -> tuple[list[str], str]:
    """Return what is wrong, and the figures."""
    held = read_rows(office, ids.values())
    sent = {address for address, _, _ in office.post.accepted}
    parked = {one for one in ids if any(mail.state is MailState.PARKED for mail in held[ids[one]])}
    lost = set(ids) - sent - parked
    faults = [*run.crashes]
    faults += [f"{office.post.count_doubled()} people mailed twice"] if office.post.count_doubled() else []
    faults += [f"{len(lost)} planned and neither sent nor parked"] if lost else []
    faults += [f"{len(parked)} parked, though nobody was cut off"] if parked and not run.hard else []
    faults += [f"{len(sent - set(ids))} strangers mailed"] if sent - set(ids) else []
    faults += ["a mail is still open" for mails in held.values() for mail in mails if mail.state in OPEN]
    faults += ["not one row" for mails in held.values() if len(mails) != 1]
    unsure = len(parked - sent)
    words = f"{len(ids)} planned, {len(sent)} sent, {len(parked)} parked ({unsure} of them not sent), "
    return faults, words + f"{office.post.count_doubled()} twice; {dict(run.tally.counts)}"


def main() -> int:
    """Run two and ten, gently and hard; 0 when the sets are the same."""
    asked = read_args(make_parser(__doc__ or "", 200, "how many people are due in each of the four runs"))
    seed, restarts, points = asked.seed, 0, 0
    print(f"seed {seed}", flush=True)
    faults: list[str] = []
    with open_shop() as shop:
        for number, (count, hard) in enumerate(((2, False), (10, False), (2, True), (10, True))):
            office = Office(shop, (make_campaign(f"welcome-{number}"),))
            ids = office.enrol({f"person{n}-{number}@example.org": {} for n in range(asked.total)})
            run = Schedulers(office, count, f"{seed}/{number}", hard=hard)
            began = time.monotonic()
            run.run()
            wrong, words = check_sets(office, ids, run)
            faults += wrong
            restarts, points = restarts + run.tally.counts["restarts"], points + run.tally.counts["points"]
            manner = "hard" if hard else "gently"
            print(f"{count} at once, restarted {manner}: {words}; {time.monotonic() - began:.0f} s", flush=True)
    print(f"seed {seed}: {points} interruptions, {restarts} of them restarts, {len(faults)} violations")
    print("\n".join(faults[:20]) or "everybody planned is sent to or parked, and nobody twice")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
