"""Fire a schedule by hand: `make fire JOB=sweep_inbox NOW=2026-12-24T09:00:00Z`. The job's event carries that time."""

import json
import sys

from infra.clock import parse_time, read_now
from infra.environ import open_stack
from infra.invoke import LambdaContext, list_sources, load_handler
from infra.schedule import build_firing


def fire_job(job: str, moment: str) -> object:
    """Call a scheduled function with a Lambda-shaped event; return its answer. An empty moment is the stack's now."""
    with open_stack():
        jobs = {source.name: source for source in list_sources() if hasattr(source, "schedule_expression")}
        if job not in jobs:
            raise SystemExit(f"No schedule is called {job!r}. There are: {', '.join(sorted(jobs))}.")
        event = build_firing(job, parse_time(moment) if moment else read_now())
        return load_handler(jobs[job].handler_string)(event, LambdaContext(job))


if __name__ == "__main__":
    print(json.dumps(fire_job(sys.argv[1], sys.argv[2]), default=str))
