"""How far a restore came, kept in deploy/STAGE.restore.toml until it is finished."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.places import show_path

HEAD = "# A restore is under way. `make restore` goes on from here; delete this file only if you know why.\n\n"
Tell = Callable[[Any], str]


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
class ProgressFile:
    """The file of one stage. A stage's name has no dot, so no file of answers has this name."""

    path: Path

    def read(self) -> Progress:
        """Return how far a restore came; nothing where none is under way. Raise SystemExit for a broken file."""
        if not self.path.exists():
            return Progress()
        try:
            found = tomllib.loads(self.path.read_text("utf-8"))
            lists = {key: tuple(value) for key, value in found.items() if isinstance(value, list)}
            return Progress(**{**found, **lists})
        except (tomllib.TOMLDecodeError, TypeError) as fault:
            raise SystemExit(f"{show_path(self.path)}: {fault}") from None

    def note(self, progress: Progress, **changes: Any) -> Progress:
        """Keep how far a restore came; return it."""
        changed = replace(progress, **changes)
        self.path.parent.mkdir(exist_ok=True)
        values = {key: value for key, value in asdict(changed).items() if key != "reserved"}
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        reserved = [f"{json.dumps(name)} = {number}" for name, number in changed.reserved.items()]
        fresh = self.path.with_suffix(".new")
        fresh.write_text(HEAD + "\n".join([*lines, "", "[reserved]", *reserved, ""]), "utf-8")
        fresh.replace(self.path)  # a run that is broken off leaves a whole file
        return changed

    def end(self) -> None:
        """Forget a restore that is finished."""
        self.path.unlink(missing_ok=True)


def read_moment(text: str) -> str:
    """Return a moment as RFC 3339 UTC in whole seconds; raise SystemExit for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SystemExit("AT=... is a moment with its zone, such as AT=2026-11-29T08:00:00Z.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def name_progress(folder: Path, stage: str) -> Path:
    """Return the file of a stage's restore; the dot keeps it apart from every stage's answers."""
    return folder / f"{stage}.restore.toml"


def refuse_meanwhile(folder: Path, stage: str) -> None:
    """Raise SystemExit while a restore is under way: a change of the stack would start what the restore paused."""
    if name_progress(folder, stage).exists():
        raise SystemExit(f"A restore of {stage} is under way: finish it first (make restore STAGE={stage}).")
