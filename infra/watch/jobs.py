"""Checks of the scheduled functions: when each ran last, and which failed. CloudWatch counts for us."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.invoke import list_sources
from infra.rates import read_rate
from infra.watch.finding import Finding, amber, green, list_some, red
from infra.watch.stage import FUNCTION, Stage

BUCKET = timedelta(minutes=5)
LEAST = timedelta(hours=1)  # within which every job of the quarter of an hour runs
LATE = timedelta(minutes=15)  # of the hourly and daily ones
SPAN = timedelta(hours=26)
TELLING = "relay_events"  # its schedule is off where no system of the shop listens


def list_jobs(stage: Stage) -> dict[str, timedelta]:
    """Return each scheduled function and how often it runs."""
    found = {}
    for source in list_sources():
        if hasattr(source, "schedule_expression") and (source.name != TELLING or stage.settings.downstream):
            found[source.name] = read_rate(source.schedule_expression.to_string())
    return found


def name_logical(job: str) -> str:
    """Return the name of a function in the template: sweep_inbox is SweepInbox."""
    return "".join(part.capitalize() for part in job.split("_"))


def read_metric(stage: Stage, metric: str, span: timedelta) -> dict[str, dict[datetime, float]]:
    """Return the sums of a metric of each job, by the beginning of five minutes; those without one are left out."""
    functions = stage.list_resources(FUNCTION)
    jobs = [job for job in list_jobs(stage) if functions.get(name_logical(job))]
    queries = [write_query(place, metric, functions[name_logical(job)]) for place, job in enumerate(jobs)]
    asked = {"MetricDataQueries": queries, "StartTime": stage.now - span, "EndTime": stage.now}
    sums: dict[str, dict[datetime, float]] = {job: {} for job in jobs}
    for told in stage.list_pages("cloudwatch", "get_metric_data", "MetricDataResults", **asked):
        job = jobs[int(told["Id"][1:])]
        sums[job] |= {at: value for at, value in zip(told["Timestamps"], told["Values"], strict=True) if value}
    return sums


def write_query(place: int, metric: str, function: str) -> dict[str, Any]:
    """Return a query for one function."""
    dimensions = [{"Name": "FunctionName", "Value": function}]
    named = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": f"m{place}", "MetricStat": {"Metric": named, "Period": int(BUCKET.total_seconds()), "Stat": "Sum"}}


def list_idle(stage: Stage, runs: Mapping[str, Mapping[datetime, float]]) -> list[str]:
    """Return the jobs that should have run since, and did not; what was deployed just now need not have."""
    since = max(stage.described[key] for key in ("LastUpdatedTime", "CreationTime") if key in stage.described)
    idle = []
    for job, period in list_jobs(stage).items():
        allowed = max(LEAST, period + LATE)
        last = max(runs.get(job, {}), default=since)
        if stage.now - last > allowed + BUCKET:
            idle.append(job)
    return idle


def check_runs(stage: Stage) -> Finding:
    """Look whether each scheduled function ran when it should."""
    runs = read_metric(stage, "Invocations", SPAN)
    if idle := list_idle(stage, runs):
        do = f"Look whether its rule is on (EventBridge console), then {stage.name_command('deploy')}."
        return red(f"Scheduled functions that did not run when they should: {list_some(idle)}.", do)
    return green(f"The {len(list_jobs(stage))} scheduled functions ran when they should.")


def check_crashes(stage: Stage) -> Finding:
    """Look which scheduled functions failed within the last hour."""
    failed = [job for job, sums in read_metric(stage, "Errors", LEAST).items() if sums]
    if failed:
        do = f"{stage.name_command(f'logs FUNCTION={failed[0]}')} says why."
        return amber(f"Failed within the last hour: {list_some(failed)}.", do)
    return green("No scheduled function failed within the last hour.")
