"""`make prove-erasures`: many people, many records, everybody forgotten in the middle of things; is anything left?

Each person has up to twenty records (forms, orders, syncs), mails and clicks, and is forgotten at a random point among
them: at Shopify's word or at the shop's own. Afterwards everything is delivered again, as it was and changed; some
come back by themselves. Workers do all of it in a random order, at the same time, over calls that break: never
reached, done but the reply lost, refused, killed before, killed after. Then the faults are off, what waits is swept,
and everything is counted.

    readable      records of somebody forgotten that any key still opens, of all that were ever stored
    traces        what people typed, found in any dress in any table
    mailed        mails whose intent was written after the person was forgotten
    back          people who are here again without having come back by themselves
"""

import argparse
import json
import queue
import random
import re
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.erasure.forget import forget_person
from chalicelib.erasure.run import advance_erasures
from chalicelib.errors import KeyUnavailableError, RegularsError, SealBrokenError
from chalicelib.models import Submission, Trust
from chalicelib.outreach.decide import handle_customer
from chalicelib.outreach.reconcile import reconcile_mails
from chalicelib.senders.link import note_click
from chalicelib.settling.dispatch import settle_item, sweep_inbox
from chalicelib.store.ledger import check_chain
from chalicelib.store.links import Link, LinkKind, name_token
from chalicelib.vault.person import PersonSeal
from tests.builders.canary import find_canaries
from tests.builders.erasures import an_order_to_forget
from tests.builders.shop import NOW, a_submission
from tests.proofs.sends_stage import CONSENT, DUE, Office, Post, make_campaign, open_shop
from tests.proofs.sends_wire import Faults, Killed, Watched, read_step

GONE = DUE + timedelta(days=1)
BACK = GONE + timedelta(days=1)
AFTER = BACK + timedelta(days=1)
DOMAIN = "corner.example"
FAULTS = (RegularsError, ClientError, BotoCoreError)
LINK = re.compile(r"/go/([A-Za-z0-9_-]{43})")
TRIES = 12


@dataclass
class Subject:
    """One person of the proof, and what is told of them."""

    number: int
    records: list[Submission]
    returns: bool
    by_shopify: bool
    customers: set[str] = field(default_factory=set)
    gone_at: float = 0.0  # time.monotonic() after the transaction that forgot them

    @property
    def email(self) -> str:
        """Return an address that is found if it shows up anywhere."""
        return f"kanary-person-{self.number:05d}@example.org"

    @property
    def secret(self) -> str:
        """Return what this person types into a form."""
        return f"kanary words of number {self.number:05d}"


class TimedPost(Post):
    """A post office that also writes down when it was handed each mail, and the links in it."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, float] = {}
        self.tokens: dict[str, str] = {}

    def send_email(self, **request: Any) -> dict[str, Any]:
        answer = super().send_email(**request)
        [address] = request["Destination"]["ToAddresses"]
        attempt = answer["MessageId"].removeprefix("id-")
        found = LINK.search(json.dumps(request, default=str))
        with self.lock:
            self.times[attempt] = time.monotonic()
            if found:
                self.tokens[address] = found[1]
        return answer


def write_records(number: int, chance: random.Random, most: int) -> list[Submission]:
    """Return what is told of a person, in the order in which it happened."""
    email, secret = f"kanary-person-{number:05d}@example.org", f"kanary words of number {number:05d}"
    first = a_submission(email=email, name=secret, entry={"topic": "tea"}, consents=[CONSENT])
    moments = sorted(chance.uniform(0, 6 * 86400) for _ in range(chance.randint(0, most - 1)))
    makers: list[Callable[[datetime], Submission]] = [
        lambda at: a_submission(email=email, at=at, entry={"wish": secret}),
        lambda at: write_order(number, email, at),
        lambda at: write_sync(number, email, secret, at),
    ]
    return [first, *(chance.choice(makers)(NOW + timedelta(seconds=second)) for second in moments)]


def write_order(number: int, email: str, at: datetime, note: str = "") -> Submission:
    """Return an order as Shopify tells of it."""
    order = {
        "id": number * 100_000 + int((at - NOW).total_seconds()) % 100_000,
        "email": email,
        "customer": {"id": number + 1, "email": email},
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "currency": "EUR",
        "total_price": "30.00",
        "financial_status": "paid",
        "line_items": [{"id": 1, "title": "Tea", "quantity": 1, "price": "30.00"}],
        "note": note,
    }
    return tell_shopify("orders/create", order, at)


def write_sync(number: int, email: str, name: str, at: datetime) -> Submission:
    """Return a customer as Shopify keeps them."""
    customer = {"id": number + 1, "first_name": name, "email": email, "updated_at": at.isoformat()}
    return tell_shopify("customers/update", customer, at)


def tell_shopify(topic: str, body: dict[str, Any], at: datetime) -> Submission:
    """Return a signed delivery."""
    return Submission(
        sender="shopify",
        shop=DOMAIN,
        topic=topic,
        trust=Trust.SIGNED,
        received_at=at,
        occurred_at=at,
        body=json.dumps(body).encode(),
    )


def write_redact(subject: Subject) -> Submission:
    """Return Shopify's word that a customer is to be forgotten."""
    customer = {"id": subject.number + 1, "email": subject.email}
    body = {"shop_id": 9, "shop_domain": DOMAIN, "customer": customer, "orders_to_redact": []}
    return tell_shopify("customers/redact", body, GONE)


class Run:
    """Workers that do things about people in a random order, over calls that break."""

    def __init__(self, office: Office, folder: Path, subjects: list[Subject], faults: Faults, workers: int) -> None:
        self.office, self.folder, self.subjects, self.faults = office, folder, subjects, faults
        self.tasks: queue.Queue[Callable[[], Any]] = queue.Queue()
        self.settling = office.open_services(self.watch)
        self.intents: dict[str, float] = {}
        self.sealed: dict[tuple[str, str], bytes] = {}
        self.counts: Counter[str] = Counter()
        self.crashes: list[str] = []
        self.lock = threading.Lock()
        self.workers = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(workers)]

    def watch(self, name: str, request: dict[str, Any], call: Callable[[], Any]) -> Any:
        """Keep every record that is ever stored, and when each intent was."""
        began = time.monotonic()
        try:
            return self.faults.watch(name, request, call)
        finally:
            step = read_step(name, request)
            if step is not None and step.new is not None:
                self.intents.setdefault(step.new, began)
            for part in request.get("TransactItems", ()):
                item = part.get("Put", {}).get("Item", {})
                if "sk" in item and "sealed" in item:
                    with self.lock:
                        self.sealed[item["pk"]["S"][5:], item["sk"]["S"]] = bytes(item["sealed"]["B"])

    def work(self, number: int) -> None:
        """Do tasks until there are none."""
        self.faults.seed_thread(number)
        while True:
            task = self.tasks.get()
            try:
                self.persist(task)
            except Exception:
                self.crashes.append(traceback.format_exc())
            finally:
                self.tasks.task_done()

    def persist(self, task: Callable[[], Any]) -> None:
        """Do a task again where a call broke it, as senders, queues and schedules do."""
        for _ in range(TRIES):
            try:
                outcome = task()
            except Killed:
                outcome = "killed"
            except FAULTS as fault:
                outcome = f"postponed: {type(fault).__name__}"
            else:
                with self.lock:
                    self.counts[f"{outcome}"] += 1
                return
            with self.lock:
                self.counts[outcome] += 1

    def tell(self, submission: Submission) -> str:
        """Accept and settle."""
        return settle_item(self.office.shop.accept(submission), self.settling, submission.received_at)

    def mail(self, subject: Subject) -> str:
        """Let the campaign write to a person, if they are here."""
        customer = self.note_customer(subject)
        if customer is None:
            return "nobody to mail"
        return "mail " + handle_customer(customer, self.office.open_services(self.watch), DUE)

    def click(self, subject: Subject) -> str:
        """Follow the link of the mail, if there was one."""
        token = self.office.post.tokens.get(subject.email)  # type: ignore[attr-defined]
        if token is None:
            return "no mail to click"
        link = Link(kind=LinkKind.GO, campaign="welcome", mail_id="m")
        return "click " + self.tell(note_click(link, name_token(token), "person", DUE))

    def note_customer(self, subject: Subject) -> str | None:
        """Remember under which id a person is known."""
        customer = self.office.shop.find_id(subject.email)
        if customer is not None and not subject.gone_at:
            subject.customers.add(customer)
        return customer

    def forget(self, subject: Subject) -> str:
        """Forget a person; remember when nobody could read them any more."""
        customer = self.note_customer(subject)
        if subject.by_shopify:
            outcome = self.tell(write_redact(subject))
        elif customer is None:
            return "nobody to forget"
        else:
            order = an_order_to_forget(f"r{subject.number}", at=GONE)
            outcome = str(forget_person(customer, order, self.settling, GONE))
        subject.gone_at = subject.gone_at or time.monotonic()
        return f"forgotten {outcome}"

    def finish(self, at: datetime) -> dict[str, int]:
        """Run the minute's function."""
        client = Watched(self.office.shop.dynamodb, self.watch)
        return advance_erasures(self.office.shop.services(client=client), at)

    def play(self, chance: random.Random) -> None:
        """Let everything happen, in an order that only keeps each person's first record first."""
        for thread in self.workers:
            thread.start()
        for subject in self.subjects:
            self.tasks.put(lambda one=subject: self.tell(one.records[0]))
        self.tasks.join()
        for subject in self.subjects:
            self.note_customer(subject)
        self.faults.on = True
        tasks = [task for subject in self.subjects for task in self.list_tasks(subject)]
        tasks += [lambda: self.finish(GONE)] * max(1, len(self.subjects) // 20)
        tasks += [lambda: sweep_inbox(self.settling, GONE)] * 5
        chance.shuffle(tasks)
        for task in tasks:
            self.tasks.put(task)
        self.tasks.join()

    def list_tasks(self, subject: Subject) -> list[Callable[[], Any]]:
        """Return what happens about a person."""
        tells = [lambda one=record: self.tell(one) for record in subject.records[1:]]
        return [*tells, lambda: self.mail(subject), lambda: self.click(subject), lambda: self.forget(subject)]

    def settle_down(self) -> None:
        """Calls work again: what waits is done, whoever is not forgotten yet is; twice, two hours apart."""
        self.faults.on = False
        for subject in self.subjects:
            if not subject.gone_at or self.office.shop.find_id(subject.email):
                subject.by_shopify = False
                self.tasks.put(lambda one=subject: self.forget(one))
        self.tasks.join()
        for hours in (0, 2):
            at = GONE + timedelta(hours=hours)
            self.finish(at)
            sweep_inbox(self.settling, at + timedelta(minutes=2))
            reconcile_mails(self.office.open_services(self.watch), at)

    def repeat_all(self) -> None:
        """Deliver everything again, as it was and with other words; let some come back by themselves."""
        for subject in self.subjects:
            changed = write_order(subject.number, subject.email, NOW + timedelta(days=2), note="again")
            sync = write_sync(subject.number, subject.email, subject.secret, BACK)
            again = [*subject.records, *map(change_words, subject.records), changed, sync]
            for record in again:
                self.tasks.put(lambda one=record: self.tell(one))
        self.tasks.join()
        for subject in self.subjects:
            if subject.returns:
                back = a_submission(email=subject.email, at=BACK, entry={"topic": "hello again"})
                self.tasks.put(lambda one=back: self.tell(one))
        self.tasks.join()
        self.finish(AFTER)
        sweep_inbox(self.settling, AFTER)


def change_words(submission: Submission) -> Submission:
    """Return the same told in other words, under another delivery's id."""
    body = submission.body[:-1] + b', "sent_again": 1}'
    if submission.sender == "form":
        return submission.model_copy(update={"idempotency_key": f"{submission.idempotency_key}+"})
    return submission.model_copy(update={"body": body})


def count_readable(run: Run) -> tuple[int, int]:
    """Try to open every record of somebody forgotten that was ever stored; return (tried, opened)."""
    forgotten = {customer for subject in run.subjects for customer in subject.customers}
    keys, opened, tried = run.settling.people.keys, 0, 0
    for (customer, record), sealed in run.sealed.items():
        if customer not in forgotten:
            continue
        tried += 1
        key = keys.read_key(customer)
        try:
            kind = record.partition("#")[0]
            opened += key is not None and bool(PersonSeal(customer, key).open_record(record, kind, sealed))
        except (SealBrokenError, KeyUnavailableError):
            continue
    return tried, opened


def count_traces(run: Run) -> int:
    """Count what people typed that is readable in any table."""
    shop = run.office.shop
    tables = ("inbox", "customers", "keys", "links", "ledger")
    text = "\n".join(repr(row) for table in tables for row in shop.read_all(table))
    canaries = tuple(word for subject in run.subjects[:50] for word in (subject.email, subject.secret))
    return len(find_canaries(text.encode(), canaries))


def list_back(run: Run) -> list[int]:
    """Return who is here without having come back, or with more than they brought."""
    wrong = []
    for subject in run.subjects:
        customer = run.office.shop.find_id(subject.email)
        events = len(run.office.shop.read_history(customer)) if customer else 0
        if events != subject.returns or customer in subject.customers:
            wrong.append(subject.number)
    return wrong


def list_late(run: Run) -> tuple[int, int, float]:
    """Return mails whose intent came after the end, mails on their way at that moment, and the longest such way (s)."""
    post: TimedPost = run.office.post  # type: ignore[assignment]
    gone = {subject.email: subject.gone_at for subject in run.subjects}
    ways = [post.times[attempt] - gone[to] for to, _, attempt in post.accepted]
    late = [way for way in ways if way > 0]
    after = sum(run.intents[attempt] > gone[to] for to, _, attempt in post.accepted)
    return after, len(late) - after, max(late, default=0.0)


def judge(run: Run) -> dict[str, Any]:
    """Return what was found; everything under `violations` must be 0."""
    shop, ledger = run.office.shop, run.settling.ledger
    tried, readable = count_readable(run)
    after, under_way, longest = list_late(run)
    waiting = [row for row in shop.read_all("inbox") if "sealed" in row]
    rows = [row for row in shop.read_all("customers") if row["sk"]["S"] == "forget"]
    left = (
        [
            row["pk"]["S"]
            for row in shop.read_all("customers")
            if any(row["pk"]["S"] == f"cust#{customer}" for subject in run.subjects for customer in subject.customers)
        ]
        if len(run.subjects) <= 200
        else []
    )
    return {
        "people": len(run.subjects),
        "records": sum(len(subject.records) for subject in run.subjects),
        "stored and tried to open": tried,
        "mails": len(run.office.post.accepted),
        "on their way when their person was forgotten": under_way,
        "longest such way, seconds": round(longest, 3),
        "came back by themselves": sum(subject.returns for subject in run.subjects),
        "calls": sum(run.faults.calls.values()),
        "calls broken": sum(run.faults.broken.values()),
        "killed": run.counts["killed"],
        "ledger entries": ledger.read_head().number,
        "violations": {
            "readable": readable,
            "traces": count_traces(run),
            "mailed after": after,
            "back": len(list_back(run)),
            "rows left": len(left),
            "inbox items left": len(waiting),
            "not verified": sum(row["stage"]["S"] == "sweeping" for row in rows),
            "without receipt": sum(not row["receipt"]["S"] for row in rows),
            "ledger": len(check_chain(ledger.list_texts())),
            "crashes": len(run.crashes),
        },
    }


def prove(people: int, most: int, rate: float, workers: int, seed: int) -> dict[str, Any]:
    """Run the whole proof; return what was found."""
    chance = random.Random(seed)
    subjects = [
        Subject(
            number,
            write_records(number, chance, most),
            returns=chance.random() < 0.1,
            by_shopify=chance.random() < 0.5,
        )
        for number in range(people)
    ]
    with open_shop() as shop, tempfile.TemporaryDirectory() as folder:
        office = Office(shop, (make_campaign(),))
        office.post = TimedPost()
        run = Run(office, Path(folder), subjects, Faults(seed, rate), workers)
        run.play(chance)
        run.settle_down()
        run.repeat_all()
        found = judge(run)
        for crash in run.crashes[:3]:
            print(crash, file=sys.stderr)
        return found


def main() -> int:
    """Print what was found; 1 where anything was violated."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--records", type=int, default=20)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}: {asked.people} people, up to {asked.records} records, {asked.rate:.0%} of calls break")
    found = prove(asked.people, asked.records, asked.rate, asked.workers, asked.seed)
    violations = found.pop("violations")
    for what, count in found.items():
        print(f"  {what:45} {count}")
    for what, count in violations.items():
        print(f"  {'violations: ' + what:45} {count}")
    return int(any(violations.values()))


if __name__ == "__main__":
    sys.exit(main())
