"""Stops in every order: one person's mail against everything that may happen meanwhile, in thousands of orders.

A worker about to write to somebody, and others at the same time: the person pressing unsubscribe, a bounce that
suppresses the address, a second worker, a planner with a worker of its own, the reconciler an hour later. Each stops
before every call that it makes to a table or to SES; a seeded choice says who makes the next one. So the order of the
calls is known and can be played again: whoever says stop before the intent is written is not mailed, whoever says it
later got the one mail that was on its way, and nobody ever gets two.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, MailState, Submission, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.links import name_token
from chalicelib.store.mails import OPEN
from chalicelib.store.reputation import MailReputation
from chalicelib.strictjson import dump_json
from tests.proofs.sends_args import make_parser, read_args
from tests.proofs.sends_stage import DUE, Office, Post, make_campaign, open_shop
from tests.proofs.sends_turns import Turns
from tests.proofs.sends_wire import Request, make_error

LAST_WEEK = 1  # how far this planner looks back: nobody here is due for longer, and each week more is four queries
LATER = DUE + timedelta(minutes=61)


class Mood(Post):
    """SES in a mood: throttles, or loses its answer, as drawn for the first mails; then always yes."""

    def __init__(self, kinds: list[str], log: list[str]) -> None:
        super().__init__()
        self.kinds = kinds
        self.log = log

    def send_email(self, **request: Any) -> Request:
        kind = self.kinds.pop(0) if self.kinds else "accepted"
        if kind == "throttled":
            raise make_error("TooManyRequestsException", 429, "SendEmail")
        answer = super().send_email(**request)
        self.log.append("mail")
        if kind == "unknown":
            raise make_error("InternalFailure", 500, "SendEmail")
        return answer


class Play:
    """One person, one order of events, and the judgement on it."""

    def __init__(self, office: Office, reputation: MailReputation, seed: str) -> None:
        self.office = office
        self.chance = random.Random(seed)
        self.turns = Turns(self.chance)
        self.address = f"{seed.replace('/', '-')}@example.org"
        self.customer = office.enrol({self.address: {}})[self.address]
        self.post = Mood(self.chance.choices(["accepted", "throttled", "unknown"], [6, 3, 1], k=2), self.turns.log)
        self.services = office.open_services(self.turns.watch, self.post)
        self.services.reputation = reputation
        self.settling = self.services

    def unsubscribe(self) -> None:
        """Settle the press of an unsubscribe link of theirs."""
        settle_item(self.press_link(), self.settling, DUE)

    def press_link(self) -> str:
        """Give the person a link of ours and press it, all off the stage; return the inbox key."""
        link, people = name_token(f"token-{self.customer}"), self.office.plain.people
        rows = people.name_rows(Identity(kind="link", value=link))
        people.table.commit_parts([people.identities.write_owner(row, self.customer) for row in rows])
        said = {"link": link, "purpose": "marketing", "language": "en", "network": "", "campaign": ""}
        pressed = Submission(
            sender="link",
            topic="unsubscribe",
            trust=Trust.OWN,
            received_at=DUE,
            occurred_at=DUE,
            idempotency_key=link,
            body=dump_json({**said, "mail_id": ""}),
        )
        return self.office.shop.accept(pressed)

    def list_parts(self) -> dict[str, Callable[[], Any]]:
        """Return the worker and one to four of the others."""
        others = {
            "unsubscribe": self.unsubscribe,
            "suppression": self.suppress,
            "two": self.work,
            "planner": self.plan,
            "later": lambda: reconcile_mails(self.services, LATER),
        }
        chosen = self.chance.sample(sorted(others), self.chance.randint(1, 4))
        return {"one": self.work, **{name: others[name] for name in chosen}}

    def work(self) -> None:
        """Handle the person as the queue asks: again after a throttle."""
        for _ in range(3):
            if handle_customer(self.customer, self.services, DUE) != "throttled":
                return

    def plan(self) -> None:
        """Find who is due, and write to them."""
        if self.customer in self.services.people_rows.list_due(DUE, LAST_WEEK):
            self.work()

    def suppress(self) -> None:
        """Suppress the address, as the settling of a bounce does."""
        people = self.settling.people
        rows = people.name_rows(Identity(kind="email", value=normalise_email(self.address)))
        people.table.commit_parts([self.settling.suppressions.write_stop(row, "bounced", DUE) for row in rows])

    def settle_down(self) -> None:
        """Let everything come to rest: whoever still has a step to make makes it, and the hour passes."""
        for hours in (2, 4):
            now = LATER + timedelta(hours=hours)
            while handle_customer(self.customer, self.services, now) not in ("not due", "gone"):
                pass
            if not any(mail.state in OPEN for mail in self.services.mails.list_mails(self.customer)):
                return
            reconcile_mails(self.services, now)

    def is_doubted(self) -> bool:
        """Tell whether the reconciler of an hour later came between an intent and its answer, and parked the mail.

        No function lives so long. But if one did, the mail would be listed as in doubt, and never sent.
        """
        states = {mail.state for mail in self.services.mails.list_mails(self.customer)}
        return "later" in self.turns.asked and states == {MailState.PARKED}

    def judge(self) -> list[str]:
        """Return what is wrong with how it came out."""
        log, taken = self.turns.log, len(self.post.accepted)
        first_stop = log.index("stop") if "stop" in log else len(log)
        faults = list(self.turns.faults)
        if taken > 1:
            faults.append("two mails")
        if "intent" in log[first_stop:]:
            faults.append("an intent after the stop")
        if "mail" in log[first_stop:] and "intent" not in log[:first_stop]:
            faults.append("a mail after the stop that was not on its way")
        mails = self.services.mails.list_mails(self.customer)
        faults += [f"still {mail.state}" for mail in mails if mail.state in OPEN]
        if "stop" not in log and not (len(mails) == 1 and (taken or self.is_doubted())):
            faults.append("nobody said stop, and no mail came")
        if taken and mails[0].state not in (MailState.SENT, MailState.PARKED):
            faults.append(f"SES took it, and its row says {mails[0].state}")
        return faults


def tell_outcome(play: Play) -> str:
    """Return how one play came out, in words."""
    log = play.turns.log
    if "stop" not in log:
        return "no stop: one mail" if play.post.accepted else "no stop: parked while it was on its way"
    if "intent" not in log[: log.index("stop")]:
        return "stop before the intent: no mail"
    if "mail" in log[: log.index("stop")]:
        return "stop after the mail"
    return "stop after the intent: " + ("the one on its way" if "mail" in log else "no mail")


def play_once(office: Office, reputation: MailReputation, seed: str) -> tuple[str, int, list[str]]:
    """Play one order; return how it came out, how many calls were put in order, and what is wrong."""
    play = Play(office, reputation, seed)
    steps = play.turns.play(play.list_parts())
    play.settle_down()
    faults = [f"{seed}: {fault} ({' '.join(play.turns.log)})" for fault in play.judge()]
    return tell_outcome(play), steps, faults


def play_share(seed: int, first: int, total: int) -> tuple[Counter[str], int, list[str]]:
    """Play so many orders on tables of one's own; return how they came out, the calls in them, what is wrong."""
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    steps = 0
    with open_shop() as shop:
        office = Office(shop, (make_campaign(),))
        reputation = MailReputation(office.plain.table)  # as a container keeps it: not read again for every mail
        for number in range(first, first + total):
            outcome, count, wrong = play_once(office, reputation, f"{seed}/{number}")
            outcomes[outcome] += 1
            steps += count
            faults += wrong
            if outcomes.total() % 500 == 0:
                print(f"  {outcomes.total()} orders from {first} on, {len(faults)} violations", flush=True)
    return outcomes, steps, faults


def play_all(asked: argparse.Namespace) -> list[tuple[Counter[str], int, list[str]]]:
    """Share the orders among processes; a process alone would keep one of the machine's cores idle."""
    count = min(asked.processes, asked.total)
    if count < 2:
        return [play_share(asked.seed, asked.first, asked.total)]
    sizes = [asked.total // count + (number < asked.total % count) for number in range(count)]
    firsts = [asked.first + sum(sizes[:number]) for number in range(count)]
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        return list(pool.map(play_share, [asked.seed] * count, firsts, sizes))


def main() -> int:
    """Play them all; 0 when nothing was wrong."""
    parser = make_parser(__doc__ or "", 500, "how many orders are played")
    parser.add_argument("--first", type=int, default=0, help="number of the first play, to see one again")
    parser.add_argument("--processes", type=int, default=2, help="how many play at once (2)")
    asked = read_args(parser)
    began = time.monotonic()
    print(f"seed {asked.seed}: {asked.total} orders", flush=True)
    shares = play_all(asked)
    outcomes = sum((own for own, _, _ in shares), Counter[str]())
    steps, faults = sum(own for _, own, _ in shares), [fault for _, _, own in shares for fault in own]
    took = time.monotonic() - began
    print(f"seed {asked.seed}: {outcomes.total()} orders, {steps} calls put in order, {took:.0f} s")
    print(f"{len(faults)} violations")
    for outcome, times in sorted(outcomes.items()):
        print(f"  {times:6} {outcome}")
    print("\n".join(faults[:20]) or "nobody was mailed after a stop that came before the intent, and nobody twice")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
