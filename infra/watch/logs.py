"""`make logs STAGE=prod FUNCTION=send_mails SINCE=1h EVENT=mail_attempted`: prints what the functions wrote, in order.

No line holds a name, an address or a text of a customer: functions log events, counts and random ids alone. Lines of
Lambda's own about starts and ends are left out.

    STAGE=prod             the stage; the local stack's logs are files in .local/log/
    FUNCTION=send_mails    one function, as docs/deploy.md names them; else all
    SINCE=1h               minutes (30m), hours (1h) or days (2d); else one hour
    EVENT=handler_failed   lines of this event alone
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from infra.account.names import Names
from infra.account.operator import Operator, is_missing, list_pages
from infra.account.stack import Stack
from infra.staff.deployed import list_functions
from infra.staff.stage import open_stage, stage_now
from infra.target import is_local, name_stage
from infra.template import read_template
from infra.watch.jobs import name_logical

SPAN = re.compile(r"([1-9]\d{0,3})([mhd])")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
EVENT = re.compile(r"[a-z][a-z_]*")
OWN = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START ", "EXTENSION ")  # Lambda's
MOST = 10_000  # lines that are read of a group
DOOR = {"api_handler": "APIHandler"}  # functions that Chalice names otherwise


class Line(NamedTuple):
    """A line of a log; lines sort by their time, in milliseconds."""

    at: int
    place: int
    function: str
    text: str


def read_span(text: str) -> timedelta:
    """Read a span; raise SystemExit for what is none."""
    found = SPAN.fullmatch(text)
    if not found:
        raise SystemExit("SINCE=... is a number of minutes, hours or days, such as SINCE=30m, SINCE=1h or SINCE=2d.")
    return int(found[1]) * UNITS[found[2]]


def list_groups() -> dict[str, str]:
    """Return the end of the log group's name of each function, by the function's name in the template."""
    resources = read_template()["Resources"]
    named = {name: each["Properties"].get("LoggingConfig") for name, each in resources.items() if "Properties" in each}
    groups = {name: resources[each["LogGroup"]["Ref"]]["Properties"] for name, each in named.items() if each}
    return {name: each["LogGroupName"]["Fn::Sub"].rpartition("/")[2] for name, each in groups.items()}


def choose_functions(function: str) -> dict[str, str]:
    """Return the log groups to read, by function; raise SystemExit for a function that there is not."""
    groups = list_groups()
    if not function:
        return groups
    logical = DOOR.get(function) or name_logical(function)
    if logical not in groups:
        names = sorted(name_function(name) for name in groups)
        raise SystemExit(f"FUNCTION=... is one of {', '.join(names)}.")
    return {logical: groups[logical]}


def name_function(logical: str) -> str:
    """Return a function's name as docs/deploy.md has it."""
    own = {name: short for short, name in DOOR.items()}
    return own.get(logical) or re.sub(r"(?<!^)(?=[A-Z])", "_", logical).lower()


def read_lines(operator: Operator, chosen: Mapping[str, str], since: datetime, event: str) -> list[Line]:
    """Return the lines of some functions since a time, oldest first."""
    physical = list_functions(Stack(operator))
    functions = {physical.get(name, name): name for name in chosen}
    lines: list[Line] = []
    for group in sorted(set(chosen.values())):
        for told in read_group(operator, group, since, event):
            name = next((known for known in functions if known in told["logStreamName"]), "")
            if name and not told["message"].startswith(OWN):
                lines.append(Line(told["timestamp"], len(lines), name_function(functions[name]), told["message"]))
    return sorted(lines)


def read_group(operator: Operator, group: str, since: datetime, event: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of a log group; none where the group is not there."""
    asked: dict[str, Any] = {
        "logGroupName": f"{operator.names.path}{group}",
        "startTime": int(since.timestamp() * 1000),
        "PaginationConfig": {"MaxItems": MOST},
    }
    if event:
        asked["filterPattern"] = f'{{ $.event = "{event}" }}'
    logs, read = operator.client("logs"), 0
    try:
        for told in list_pages(logs, "filter_log_events", "events", **asked):
            read += 1
            yield told
    except logs.exceptions.ClientError as error:
        if not is_missing(error):
            raise
    if read >= MOST:
        print(
            f"{group}: only the first {MOST:,} entries were read; take a shorter SINCE, or an EVENT.", file=sys.stderr
        )


def write_line(line: Line) -> str:
    """Return a line for people: when, which function, the event, and what else it says."""
    moment = f"{datetime.fromtimestamp(line.at / 1000, UTC):%Y-%m-%d %H:%M:%S}Z  {line.function:18}"
    try:
        told = json.loads(line.text)
        level, event = told.pop("level"), told.pop("event")
    except (ValueError, AttributeError, KeyError):
        return f"{moment}  {line.text.strip()}"
    told.pop("logger", None)
    rest = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in told.items())
    return f"{moment}  {level:7} {event} {rest}".rstrip()


def main() -> int:
    """Read the logs and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("function", "since", "event"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--explain", default="", metavar="yes", help="print this, and do nothing")
    asked = parser.parse_args()
    if asked.explain == "yes":
        print(__doc__)
        return 0
    if is_local():
        raise SystemExit("STAGE=... names a stage on AWS. The local stack's logs are files in .local/log/.")
    if asked.event and not EVENT.fullmatch(asked.event):
        raise SystemExit("EVENT=... is the name of an event, such as EVENT=handler_failed.")
    chosen, span = choose_functions(asked.function), read_span(asked.since or "1h")
    with open_stage() as environ:
        operator = Operator(Names(name_stage(), "", environ["AWS_REGION"]))
        lines = read_lines(operator, chosen, stage_now() - span, asked.event)
        for line in lines:
            print(write_line(line))
        print(f"{len(lines)} lines since {stage_now() - span:%Y-%m-%d %H:%M} UTC.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
