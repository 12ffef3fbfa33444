"""Call a function of the app as Lambda would: by its handler path, with an event and a context."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast
from uuid import uuid4

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class LambdaContext:
    """The context that Lambda gives a function."""

    function_name: str
    timeout_seconds: float = 60.0
    memory_limit_in_mb: int = 512
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))
    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Return the time left before the time-out, in milliseconds."""
        return max(0, int((self.started + self.timeout_seconds - time.monotonic()) * 1000))


def load_handler(path: str) -> Handler:
    """Import the function that a handler path such as `app.settle_stream` names, exactly as Lambda does."""
    module, _, name = path.rpartition(".")
    return cast(Handler, getattr(import_module(module), name))


def list_sources() -> list[Any]:
    """Return the event sources that the app declares: streams, queues, topics, schedules (Chalice's own configs)."""
    return list(load_handler("app.app").event_sources)  # type: ignore[attr-defined]
