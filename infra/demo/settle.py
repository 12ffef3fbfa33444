"""Lets the lives of the invented shop happen on the local stack, by the product's own ways: each submission is accepted
at the door and settled at its own time, each note is written as the desk writes it, each erasure is one of the staff's.

Nothing is written behind the product's back. People settle side by side in a few processes, each person in one.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context

from chalicelib.config import read_settings
from chalicelib.door import open_door
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.models import Identity, IdentityKind, Submission
from chalicelib.models.numbers import write_number
from chalicelib.senders.staff import report_handing, write_note
from chalicelib.services import Services
from chalicelib.settling.dispatch import settle_item
from chalicelib.settling.staff_acts import write_act
from infra.demo.life import Life, live_year
from infra.demo.names import list_names
from infra.demo.person import invent_person

AT_ONCE = 25  # people in one piece of work
FEW = 100  # people for whom further processes would take longer to start than they save
SOON = timedelta(seconds=1)  # from the door to the record
ACTOR = "demo"
FIRST = 10  # people of whom hardly all were forgotten


@dataclass(frozen=True)
class Plan:
    """Which shop is told of: so many people of a seed, whose year ends at a moment."""

    seed: int
    people: int
    end: datetime

    def list_lives(self, numbers: range) -> Iterator[Life]:
        """Yield the lives of some people."""
        names = list_names(self.seed)
        for number in numbers:
            yield live_year(self.seed, invent_person(self.seed, number, names, self.end), self.end)

    def cut_work(self) -> list[range]:
        """Return the numbers of all people, in pieces."""
        return [range(first, min(first + AT_ONCE, self.people)) for first in range(0, self.people, AT_ONCE)]


def fill_shop(plan: Plan, environ: Mapping[str, str]) -> Iterator[Counter[str]]:
    """Let every life happen; yield what happened, by outcome, piece by piece."""
    work = plan.cut_work()
    if plan.people <= FEW:
        yield from (live_piece(plan, numbers, environ) for numbers in work)
        return
    with ProcessPoolExecutor(os.cpu_count() or 2, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(live_piece, plan, numbers, dict(environ)) for numbers in work]):
            yield done.result()


def live_piece(plan: Plan, numbers: range, environ: Mapping[str, str]) -> Counter[str]:
    """Let the lives of some people happen; return counts by outcome."""
    os.environ.update(environ)
    services = open_services()
    return sum((live_out(life, services, accept_post) for life in plan.list_lives(numbers)), Counter())


def accept_post(submission: Submission) -> str:
    """Hand a submission to the door; return its key."""
    door = open_door()
    door.accept(submission)
    return door.name_submission(submission)


def open_services() -> Services:
    """Return the services of the stack; the shop's own systems hear nothing of a year that never was."""
    return Services(read_settings(os.environ).model_copy(update={"downstream": ""}))


def live_out(life: Life, services: Services, accept: Callable[[Submission], str]) -> Counter[str]:
    """Let one life happen. What the door took before, in an earlier run, has its outcome already and keeps it."""
    counts = Counter(people=1)
    for submission in life.told:
        key = accept(submission)
        counts[settle_item(key, services, submission.received_at + SOON)] += 1
        if submission.topic == "pre-order" and life.handed_at is not None:
            counts["handed"] += give_order(key, life, life.handed_at, services)
    counts.update(act_on(life, services))
    return counts


def act_on(life: Life, services: Services) -> Counter[str]:
    """Do what staff did: a note, and an erasure that was asked for at the counter."""
    customer_id = find_customer(life, services)
    if customer_id is None:
        return Counter()
    counts: Counter[str] = Counter()
    if life.note and life.told:
        at = life.told[-1].received_at + SOON
        line = services.audit.write_access(customer_id, ACTOR, "note", at)
        name = f"demo-{life.person.number}"
        note = write_note(life.note, at, warns=False)
        counts["notes"] += write_act(customer_id, note, services, at, [line], form=name)
    if life.forgotten_at is not None:
        order = ForgetOrder(reason=Reason.STAFF, request=f"demo-{life.person.number}", requested_at=life.forgotten_at)
        counts["forgotten"] += forget_person(customer_id, order, services, life.forgotten_at)
    return counts


def give_order(key: str, life: Life, at: datetime, services: Services) -> bool:
    """Hand a pre-order over, as the desk does; return whether it was waiting."""
    customer_id = find_customer(life, services)
    if customer_id is None:
        return False
    person = services.people.load_person(customer_id)
    line = services.audit.write_access(customer_id, ACTOR, "handed over a pre-order", at)
    end = services.handovers.end_handover(customer_id, person.name_entry(key))
    name = f"demo-{life.person.number}"
    return write_act(customer_id, report_handing(write_number(key), at), services, at, [line, end], form=name)


def find_customer(life: Life, services: Services) -> str | None:
    """Return the customer that an invented person became; None before their first day, and once forgotten."""
    customer_id = services.people.find_customer(Identity(kind=IdentityKind.EMAIL, value=life.person.email))
    return customer_id if customer_id and services.keys.has_key(customer_id) else None


def is_begun(seed: int, end: datetime, services: Services) -> bool:
    """Return whether an earlier run has begun to fill this stack: one of the first people is known."""
    return any(find_customer(life, services) is not None for life in Plan(seed, FIRST, end).list_lives(range(FIRST)))
