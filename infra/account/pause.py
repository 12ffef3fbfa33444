"""Stops all that reads or writes what is restored, and starts it again.

Not the door, and not the function that takes SES's events: both only put into the inbox, which no restore touches and
which keeps what comes until it is settled. A closed door would lose it: WooCommerce repeats no delivery.
"""

from datetime import datetime
from typing import Any

from infra.account.operator import Operator
from infra.account.restore_state import Progress, ProgressNote
from infra.account.stack import Stack

OPEN = ("APIHandler", "RecordFeedback")  # by their names in the template
FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
LONGEST = 900  # seconds that a function may run: what ran at the pause has ended by then
SECONDS, ROUNDS = 5, 60
OFF, ON = ("Disabled", "Disabling"), ("Enabled", "Enabling", "Creating")


class Work:
    """The schedules, mappings and functions of a stack."""

    def __init__(self, operator: Operator, stack: Stack) -> None:
        self.operator, self.stack = operator, stack
        self.events: Any = operator.client("events")
        self.functions: Any = operator.client("lambda")

    def list_ids(self, *kinds: str, without: tuple[str, ...] = ()) -> list[str]:
        """Return the physical ids of the stack's resources of some types."""
        every = [each for each in self.stack.list_resources() if each["ResourceType"] in kinds]
        return [each["PhysicalResourceId"] for each in every if each["LogicalResourceId"] not in without]

    def note_running(self, note: ProgressNote, progress: Progress) -> Progress:
        """Keep which of them run now."""
        rules = [name for name in self.list_ids("AWS::Events::Rule") if self.is_ruled(name)]
        mappings = [name for name in self.list_ids("AWS::Lambda::EventSourceMapping") if self.read_state(name) in ON]
        reserved = {name: self.read_reserved(name) for name in self.list_ids(*FUNCTIONS, without=OPEN)}
        kept = {name: number for name, number in reserved.items() if number is not None}
        return note.note(progress, rules=rules, mappings=mappings, reserved=kept)

    def stop(self, note: ProgressNote, progress: Progress, now: datetime) -> Progress:
        """Stop them all: mappings first, or a function that may not run would throw their messages back."""
        if progress.paused_at:
            return progress
        if not progress.rules and not progress.mappings:
            progress = self.note_running(note, progress)
        for name in progress.rules:
            self.events.disable_rule(Name=name)
        for name in progress.mappings:
            self.functions.update_event_source_mapping(UUID=name, Enabled=False)
        self.wait_off(progress)
        for name in self.list_ids(*FUNCTIONS, without=OPEN):
            self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        self.operator.say("Paused: schedules, queues, stream and desk. The door goes on taking what comes.")
        return note.note(progress, paused_at=now.isoformat(timespec="seconds"))

    def start(self, progress: Progress) -> None:
        """Start again what ran before."""
        for name in self.list_ids(*FUNCTIONS, without=OPEN):
            if name in progress.reserved:
                number = progress.reserved[name]
                self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=number)
            else:
                self.functions.delete_function_concurrency(FunctionName=name)
        for name in progress.mappings:
            self.functions.update_event_source_mapping(UUID=name, Enabled=True)
        for name in progress.rules:
            self.events.enable_rule(Name=name)
        self.operator.say("Resumed: desk, stream, queues and schedules.")

    def wait_ended(self, progress: Progress, now: datetime) -> None:
        """Wait until what ran at the pause has ended."""
        left = LONGEST - (now - progress.paused).total_seconds()
        if left > 0:
            self.operator.say(f"Waiting {left / 60:.0f} minutes, until what ran at the pause has ended.")
            self.operator.pause(left)

    def wait_off(self, progress: Progress) -> None:
        """Wait until no mapping hands anything on."""
        for _ in range(ROUNDS):
            if all(self.read_state(name) == OFF[0] for name in progress.mappings):
                return
            self.operator.pause(SECONDS)
        raise SystemExit("Lambda is still stopping the queues and the stream; repeat this command.")

    def is_ruled(self, name: str) -> bool:
        return bool(self.events.describe_rule(Name=name)["State"] == "ENABLED")

    def read_state(self, name: str) -> str:
        return str(self.functions.get_event_source_mapping(UUID=name)["State"])

    def read_reserved(self, name: str) -> int | None:
        """Return a function's reserved concurrency, or None where it has none."""
        found: int | None = self.functions.get_function_concurrency(FunctionName=name).get(
            "ReservedConcurrentExecutions"
        )
        return found
