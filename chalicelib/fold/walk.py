"""The walk over everybody: each customer's core is read once and shown to every consumer.

It takes the customers from the queue of reviews, by cursor, some at a time, and keeps where it is with what each
consumer has added up: a run that is cut goes on where it was. A review moves a customer to the end of the queue, so the
walk remembers whom it met shortly before their review. A customer who comes meanwhile may wait for the
next walk; one who is forgotten meanwhile may or may not be met.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import Field

from chalicelib.errors import SealBrokenError
from chalicelib.fold.consumer import Consumer
from chalicelib.fold.meeting import Meeting
from chalicelib.models import Model, utc_text
from chalicelib.runs import note_fault
from chalicelib.services import Services
from chalicelib.store.parts import Part

BATCH = 100  # customers in one read
SAVE_EVERY = 20  # batches: a crash costs their work alone
SOON = timedelta(days=1)  # a review that is due by then may come while the walk goes on
MOST_PASSED = 10_000  # ids that are remembered: those of a day, in one shard, of a million customers
PLACE = "walk"


class Place(Model):
    """Where a walk is. `passed` are customers whom a review may put before it again; `kept` as `Meeting` has it."""

    cursor: str = ""
    over: bool = False
    met: int = 0
    unread: int = 0
    passed: tuple[str, ...] = ()
    wrapped: dict[str, int] = Field(default_factory=dict)
    kept: tuple[str, ...] = ()


def walk_people(services: Services, consumers: Sequence[Consumer], now: datetime, until: float) -> dict[str, int]:
    """Go on with the walk that is under way, or begin one, for one batch at least and to `until` (monotonic seconds).

    Return how many customers this walk met so far, how many could not be read, and whether it is over. Raise
    KeyUnavailableError while KMS does not answer, RaceLostError where another run was faster: the walk is then where
    it was saved last.
    """
    walk = Walk(services, consumers, now)
    batches = 0
    while not walk.place.over and (time.monotonic() < until or not batches):
        walk.take_batch()
        batches += 1
        if batches % SAVE_EVERY == 0:
            walk.save()
    if batches:
        walk.save()
    if walk.place.over:
        walk.finish()
    return {"met": walk.place.met, "unread": walk.place.unread, "over": int(walk.place.over)}


class Walk:
    """One walk as far as it is; each consumer has added up what belongs to its place."""

    def __init__(self, services: Services, consumers: Sequence[Consumer], now: datetime) -> None:
        """Go on with the walk that is under way, or begin a new one."""
        self.services, self.consumers, self.now = services, consumers, now
        self.row = services.walks.read_row()
        states = self.read_states()
        self.place = Place.model_validate_json(states.get(PLACE, b"{}"))
        if not self.row.is_open or not self.resume_consumers(states):
            self.begin()
        self.meeting = Meeting(services, self.place.kept, self.place.wrapped)

    def read_states(self) -> dict[str, bytes]:
        """Return what was saved, by name; nothing where it does not open: the walk begins anew."""
        stored = self.services.walks.list_states()
        try:
            return {name: self.services.walk_seal.open_record(name, PLACE, sealed) for name, sealed in stored}
        except SealBrokenError as fault:
            note_fault("walk", "state", fault)
            return {}

    def resume_consumers(self, states: Mapping[str, bytes]) -> bool:
        """Give each consumer what it had added up; return False where one has nothing, or cannot read what it had."""
        try:
            for consumer in self.consumers:
                consumer.resume(states[consumer.name])
        except (KeyError, ValueError) as fault:
            note_fault("walk", "consumer", fault)
            return False
        return True

    def begin(self) -> None:
        self.row = replace(self.row, began_at=utc_text(self.now), is_open=True)
        self.place = Place(kept=self.place.kept)
        for consumer in self.consumers:
            consumer.begin(self.now)

    def take_batch(self) -> None:
        """Meet the next customers."""
        place = self.place
        planned, cursor = self.services.retention_queue.list_planned(place.cursor, BATCH)
        met = self.meet_people(set(planned) - set(place.passed))
        soon = utc_text(self.now + SOON)
        passed = [customer_id for customer_id, due in planned.items() if due <= soon]
        if cursor.partition("#")[0] == place.cursor.partition("#")[0]:  # the same shard: no review leaves it
            passed = [*place.passed, *passed][-MOST_PASSED:]
        change = {"cursor": cursor, "over": not cursor, "met": place.met + met, "passed": tuple(passed)}
        self.place = place.model_copy(update=change)

    def meet_people(self, customer_ids: Iterable[str]) -> int:
        """Show customers to every consumer; return how many there were."""
        met = 0
        for person in self.meeting.meet_people(customer_ids):
            met += 1
            for consumer in self.consumers:
                try:
                    consumer.add(person)
                except Exception as fault:
                    note_fault("walk", person.id, fault)
                    self.meeting.unread += 1
        return met

    def save(self) -> None:
        """Write down where the walk is, and what was added up so far; raise RaceLostError."""
        unread = self.place.unread + self.meeting.unread
        self.meeting.unread = 0
        self.place = self.place.model_copy(update={"wrapped": dict(self.meeting.wrapped), "unread": unread})
        paused = {consumer.name: consumer.pause() for consumer in self.consumers}
        states = {PLACE: self.place.model_dump_json(exclude_defaults=True).encode()}
        states |= {name: state for name, (state, _) in paused.items()}
        self.write([*self.seal_states(states), *(part for _, parts in paused.values() for part in parts)])

    def finish(self) -> None:
        """Let each consumer write its result, and end the walk; the next one knows which data keys to leave."""
        for consumer in self.consumers:
            consumer.finish(self.now)
        last = Place(over=True, met=self.place.met, unread=self.place.unread, kept=self.meeting.list_kept())
        self.row = replace(self.row, ended_at=utc_text(self.now), is_open=False)
        self.write(self.seal_states({PLACE: last.model_dump_json(exclude_defaults=True).encode()}))
        self.services.walks.drop_states(consumer.name for consumer in self.consumers)

    def seal_states(self, states: Mapping[str, bytes]) -> list[Part]:
        """Return the parts that keep states, each sealed under its own name."""
        seal = self.services.walk_seal
        sealed = {name: seal.seal_record(name, PLACE, state) for name, state in states.items()}
        return [part for name, each in sealed.items() for part in self.services.walks.write_state(name, each)]

    def write(self, parts: Iterable[Part]) -> None:
        """Write parts while this is the only run of the walk; raise RaceLostError."""
        self.services.table.commit_parts([self.services.walks.write_row(self.row), *parts])
        self.row = replace(self.row, version=self.row.version + 1)
