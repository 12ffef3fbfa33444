"""What a stage has used in this month so far, as CloudWatch counts it, at list prices."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from infra.account.operator import Operator
from infra.account.stack import Stack
from infra.account.tables import list_kept_tables
from infra.cost.idle import GIGABYTES, Line
from infra.cost.prices import find_price

Query = tuple[str, str, Mapping[str, str]]  # namespace, metric, dimensions
DAY = 86_400


def list_queries(stage: str, functions: list[str]) -> Iterator[tuple[str, Query]]:
    """Yield (what, query) of everything that is counted; several queries of one name are added up."""
    yield "requests at the door", ("AWS/ApiGateway", "Count", {"ApiName": f"regulars-{stage}", "Stage": "api"})
    for name in functions:
        yield "runs of functions", ("AWS/Lambda", "Invocations", {"FunctionName": name})
        yield "milliseconds of functions", ("AWS/Lambda", "Duration", {"FunctionName": name})
    for table in sorted(list_kept_tables(stage) | {f"regulars-{stage}-inbox"}):
        yield "write units", ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", {"TableName": table})
        yield "read units", ("AWS/DynamoDB", "ConsumedReadCapacityUnits", {"TableName": table})
    yield "mails", ("AWS/SES", "Send", {})


def read_usage(operator: Operator, now: datetime | None = None) -> dict[str, float]:
    """Return how much of each was used since the first of the month (UTC). Raises what boto3 raises."""
    moment = now or datetime.now(UTC)
    named = list(list_queries(operator.names.stage, find_functions(Stack(operator))))
    cloudwatch = operator.client("cloudwatch")
    since = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    used = dict.fromkeys((what for what, _ in named), 0.0)
    for start in range(0, len(named), 500):  # what one call takes
        part = named[start : start + 500]
        asked = [write_query(number, query) for number, (_, query) in enumerate(part)]
        for page in cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=asked, StartTime=since, EndTime=moment
        ):
            for result in page["MetricDataResults"]:
                used[part[int(result["Id"][1:])][0]] += sum(result["Values"])
    return used


def find_functions(stack: Stack) -> list[str]:
    """Return the names of the functions of a stage's stack."""
    found = [each for each in stack.list_resources() if each["ResourceType"] == "AWS::Lambda::Function"]
    return [each["PhysicalResourceId"] for each in found]


def write_query(number: int, query: Query) -> dict[str, Any]:
    """Return a query for the daily sums of one metric."""
    namespace, metric, dimensions = query
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    found = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"Id": f"q{number}", "MetricStat": {"Metric": found, "Period": DAY, "Stat": "Sum"}, "ReturnData": True}


def bill_month(used: Mapping[str, float]) -> list[Line]:
    """Return what was used as lines of a bill."""
    second = GIGABYTES * find_price("lambda", "gigabyte_second")
    prices = {
        "requests at the door": find_price("gateway", "rest"),
        "runs of functions": find_price("lambda", "request"),
        "milliseconds of functions": second / 1_000,
        "write units": find_price("dynamodb", "write"),
        "read units": find_price("dynamodb", "read"),
        "mails": find_price("ses", "mail"),
    }
    return [Line(what, used.get(what, 0.0), used.get(what, 0.0) * price) for what, price in prices.items()]
