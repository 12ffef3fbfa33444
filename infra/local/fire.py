"""Fire a schedule by hand: `make fire JOB=sweep_inbox NOW=2026-12-24T09:00:00Z`. The job's event carries that time."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.services import make_session
from infra.local.clock import parse_time, read_now
from infra.local.environ import STAGE, open_stack
from infra.local.invoke import LambdaContext, list_sources, load_handler
from infra.local.permissions import Guard
from infra.local.schedule import build_firing
from infra.local.state import STATE, read_state
from infra.target import require_local


def fire_job(job: str, moment: str) -> object:
    """Call a scheduled function with a Lambda-shaped event; return its answer. An empty moment is the stack's now."""
    with open_stack():
        jobs = {source.name: source for source in list_sources() if hasattr(source, "schedule_expression")}
        if job not in jobs:
            raise SystemExit(f"No schedule is called {job!r}. There are: {', '.join(sorted(jobs))}.")
        try:
            now = parse_time(moment) if moment else read_now()
        except ValueError:
            raise SystemExit("NOW=... is a time with its zone, such as NOW=2026-12-24T09:00:00Z.") from None
        event = build_firing(job, now)
        with limit_rights(job):
            return load_handler(jobs[job].handler_string)(event, LambdaContext(job))


@contextmanager
def limit_rights(job: str) -> Iterator[None]:
    """Hold a job to its policy while inside, on a running stack; print at the end which rights it lacked."""
    if not STATE.exists():
        yield
        return
    guard = Guard(STAGE, read_state()["made"])
    guard.watch_session(make_session())
    with guard.act_as(job):
        yield
    if guard.refused:
        raise SystemExit("\n".join(guard.refused))


if __name__ == "__main__":
    require_local()
    print(json.dumps(fire_job(sys.argv[1], sys.argv[2]), default=str))
