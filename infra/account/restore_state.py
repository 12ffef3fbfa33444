"""How far a restore came, kept in the stage's parameter `restore` (SSM) until it is finished.

It is in the account and not on a machine, so that a deployment from anywhere sees that a restore is under way, and
anybody can go on with it.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from infra.account.operator import Operator
from infra.account.stage_note import StageNote


@dataclass(frozen=True)
class Progress:
    """What is restored, to when (RFC 3339 UTC), and what was done of it.

    `rules`, `mappings` and `reserved` are what ran before the pause, and run again after it. `writing` is the table
    whose rows are being brought back: from then on the restore can only be finished.
    """

    tables: tuple[str, ...] = ()
    at: str = ""
    paused_at: str = ""
    rules: tuple[str, ...] = ()
    mappings: tuple[str, ...] = ()
    reserved: dict[str, int] = field(default_factory=dict)  # a function's reserved concurrency
    writing: str = ""
    done: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def paused(self) -> datetime:
        return datetime.fromisoformat(self.paused_at)


@dataclass(frozen=True)
class ProgressNote:
    """The parameter of one stage."""

    kept: StageNote

    def read(self) -> Progress:
        """Return how far a restore came; nothing where none is under way. Raise SystemExit for another text."""
        text = self.kept.read()
        if not text:
            return Progress()
        try:
            found = json.loads(text)
            lists = {key: tuple(value) for key, value in found.items() if isinstance(value, list)}
            return Progress(**{**found, **lists})
        except (ValueError, TypeError, AttributeError) as fault:
            raise SystemExit(f"The parameter {self.kept.name} is of no restore ({type(fault).__name__}).") from None

    def note(self, progress: Progress, **changes: Any) -> Progress:
        """Keep how far a restore came; return it."""
        changed = replace(progress, **changes)
        self.kept.write(json.dumps(asdict(changed), separators=(",", ":")))
        return changed

    def end(self) -> None:
        """Forget a restore that is finished."""
        self.kept.end()


def read_moment(text: str) -> str:
    """Return a moment as RFC 3339 UTC in whole seconds; raise SystemExit for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SystemExit("AT=... is a moment with its zone, such as AT=2026-11-29T08:00:00Z.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_progress(operator: Operator) -> ProgressNote:
    """Return the note of a stage's restore."""
    return ProgressNote(StageNote(operator.client("ssm"), f"{operator.names.path}restore"))


def refuse_meanwhile(operator: Operator) -> None:
    """Raise SystemExit while a restore is under way: a change of the stack would start what the restore paused."""
    if open_progress(operator).read().at:
        stage = operator.names.stage
        raise SystemExit(f"A restore of {stage} is under way: finish it first (make restore STAGE={stage}).")
