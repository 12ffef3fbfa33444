"""The bill of a month in which nothing happens, counted in the template that CloudFormation gets.

What runs without a visitor: keys, alarms, functions by schedule, the polling of queues by Lambda. How long a run
without work takes was never measured on AWS; SECONDS is an estimate from the CPU that it takes here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.cost.prices import MONTH_MINUTES, find_price
from infra.rates import read_rate

SECONDS = 0.15  # of a run without work, at 512 MB
GIGABYTES = 0.5
# Lambda polls a queue with five long polls of 20 seconds; with a limit of concurrency it never goes down to two
# (Lambda developer guide, "Using Lambda with Amazon SQS").
POLLS_A_MINUTE = 15
LOG_BYTES = 600  # Lambda's three lines and our one, of a run
READ_UNITS = 7.0  # a minute: the queries of runs without work, half a unit each


@dataclass(frozen=True)
class Line:
    """A line of the bill: what, how much of it, and US dollars a month."""

    what: str
    amount: float
    dollars: float


def bill_idle(template: Mapping[str, Any], parameters: Mapping[str, str] | None = None) -> list[Line]:
    """Return the lines of an idle month; `parameters` are those that differ from their defaults."""
    defaults = {name: str(spec.get("Default", "")) for name, spec in template["Parameters"].items()}
    given = {**defaults, **(parameters or {})}
    made = list(list_made(template, given))
    kinds = [each["Type"] for each in made]
    runs = sum(count_runs(each, given) for each in made)
    queues = sum(polls_queue(each, given) for each in made)
    keys, alarms = kinds.count("AWS::KMS::Key"), kinds.count("AWS::CloudWatch::Alarm")
    lines = [
        Line("KMS keys", keys, keys * find_price("kms", "key")),
        Line("alarms", alarms, alarms * find_price("cloudwatch", "alarm")),
        Line("runs of functions", runs, runs * price_run()),
        Line("polls of queues", queues * POLLS_A_MINUTE * MONTH_MINUTES, queues * price_polls()),
        Line("read units", READ_UNITS * MONTH_MINUTES, READ_UNITS * MONTH_MINUTES * find_price("dynamodb", "read")),
        Line(
            "megabytes of logs", runs * LOG_BYTES / 1e6, runs * LOG_BYTES / 1e9 * find_price("cloudwatch", "gigabyte")
        ),
    ]
    return [*lines, *bill_switches(kinds, made)]


def bill_switches(kinds: list[str], made: list[Mapping[str, Any]]) -> Iterator[Line]:
    """Yield the lines of what only some stages have."""
    if walls := [each for each in made if each["Type"] == "AWS::WAFv2::WebACL"]:
        rules = sum(len(each["Properties"]["Rules"]) for each in walls)
        yield Line("firewall", rules, len(walls) * find_price("waf", "list") + rules * find_price("waf", "rule"))
    if boards := kinds.count("AWS::CloudWatch::Dashboard"):
        yield Line("dashboards (three of an account are free)", boards, 0.0)


def list_made(template: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Yield the resources that are made with these parameters."""
    for resource in template["Resources"].values():
        if "Condition" not in resource or is_met(template["Conditions"][resource["Condition"]], given):
            yield resource


def is_met(condition: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """Return whether a condition holds; raise KeyError for one of another form than ours."""
    if "Fn::Not" in condition:
        return not is_met(condition["Fn::Not"][0], given)
    left, right = condition["Fn::Equals"]
    return bool(given[left["Ref"]] == right)


def count_runs(resource: Mapping[str, Any], given: Mapping[str, str]) -> float:
    """Return how often a schedule starts a function in a month."""
    events = resource.get("Properties", {}).get("Events", {}) if is_function(resource) else {}
    schedules = [each["Properties"] for each in events.values() if each["Type"] == "Schedule"]
    return sum(count_rate(each["Schedule"]) for each in schedules if "State" not in each or given["DownstreamTargets"])


def count_rate(rate: str) -> float:
    """Return how often a rate comes in a month; raise ValueError for another expression."""
    return MONTH_MINUTES / (read_rate(rate).total_seconds() / 60)


def polls_queue(resource: Mapping[str, Any], given: Mapping[str, str]) -> int:
    """Return how many queues are polled for a function."""
    events = resource.get("Properties", {}).get("Events", {}) if is_function(resource) else {}
    queues = [each["Properties"] for each in events.values() if each["Type"] == "SQS"]
    return sum(1 for each in queues if "Enabled" not in each or given["DownstreamTargets"])


def is_function(resource: Mapping[str, Any]) -> bool:
    return bool(resource["Type"] == "AWS::Serverless::Function")


def price_run() -> float:
    """Return what a run without work costs."""
    return find_price("lambda", "request") + SECONDS * GIGABYTES * find_price("lambda", "gigabyte_second")


def price_polls() -> float:
    """Return what polling one queue costs in a month."""
    return POLLS_A_MINUTE * MONTH_MINUTES * find_price("sqs", "request")
