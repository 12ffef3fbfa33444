"""One run of the smoke test: the stage that it tries, its web, its patience. Tests hand in their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol, TypeVar

from chalicelib.models import Identity, IdentityKind
from chalicelib.services import WORK_TIMEOUTS, Services
from chalicelib.store.parameters import Parameters
from infra.account.names import Names
from infra.account.stage_note import StageNote
from infra.smoke.invented import make_run
from infra.smoke.web import Answer

Found = TypeVar("Found")


class Send(Protocol):
    """Asks the door for a page, or posts to it where there is a body; raises OSError where nothing answers."""

    def __call__(self, url: str, body: bytes | None, headers: dict[str, str]) -> Answer: ...


@dataclass(frozen=True)
class Limits:
    """The longest waits, in seconds, each far beyond what a healthy stage takes."""

    settling: float = 180  # the stream settles in a second or two, the sweeper within two minutes
    asking: float = 240  # confirmations are asked each minute
    events: float = 240  # SES tells of a bounce within seconds
    erasing: float = 240  # forget_people runs each minute
    pause: float = 1


@dataclass
class Trial:
    """What each part of the smoke test works with. `posted` are the addresses that the door was given so far."""

    services: Services
    now: Callable[[], datetime]
    send: Send
    local: bool
    limits: Limits = Limits()
    run: str = field(default_factory=make_run)
    posted: list[str] = field(default_factory=list)
    rest: Callable[[float], None] = time.sleep

    @property
    def url(self) -> str:
        return self.services.settings.public_url.rstrip("/")

    @cached_property
    def parameters(self) -> Parameters:
        """Return the door's parameters, signing secrets among them."""
        ssm = self.services.connect("ssm", WORK_TIMEOUTS)
        return Parameters(ssm, self.services.settings.parameter_path)

    @cached_property
    def note(self) -> StageNote:
        """Return the parameter that names the run whose people are not forgotten yet."""
        names = Names(self.services.settings.stage)
        return StageNote(self.services.connect("ssm", WORK_TIMEOUTS), f"{names.path}smoke")

    def name_rows(self, address: str) -> tuple[str, ...]:
        """Return the index rows of an invented address."""
        return self.services.people.name_rows(Identity(kind=IdentityKind.EMAIL, value=address))

    def name_command(self, command: str) -> str:
        """Return a command of make about this stage, for a sentence."""
        return f"`make {command}{'' if self.local else f' STAGE={self.services.settings.stage}'}`"

    def name_logs(self, function: str) -> str:
        """Return where the reason of a failure stands."""
        if self.local:
            return "The files in .local/log/ say why."
        return f"{self.name_command(f'logs FUNCTION={function}')} says why."

    def wait_for(self, look: Callable[[], Found | None], seconds: float) -> Found | None:
        """Return what a look finds, or None where it finds nothing in time; it is made once at least."""
        deadline = time.monotonic() + seconds
        while (found := look()) is None and time.monotonic() < deadline:
            self.rest(self.limits.pause)
        return found
