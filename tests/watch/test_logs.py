"""`make logs`: what functions wrote, in the order of time, of one function or all; a line of the log as it stands."""

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest

from infra.watch import logs
from tests.builders.deployed import STAGE
from tests.builders.plays import play_calls, refusal


@pytest.fixture
def read(account, monkeypatch, capsys):
    """Return a function that runs the command and returns exit code and what it printed."""
    monkeypatch.setenv("STAGE", STAGE)

    def run(**given):
        arguments = [part for name, value in given.items() for part in (f"--{name}", value)]
        monkeypatch.setattr(sys, "argv", ["logs", *arguments])
        try:
            code = logs.main()
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def find_stream(account, logical):
    """Return the name of a log stream as Lambda makes it in a log group that a stack names."""
    clients, _ = account
    found = clients("cloudformation").describe_stack_resource(StackName=f"regulars-{STAGE}", LogicalResourceId=logical)[
        "StackResourceDetail"
    ]
    return f"2026/11/30/{found['PhysicalResourceId']}[$LATEST]0123456789abcdef"


def write_event(event, level="INFO", **more):
    return json.dumps({"level": level, "logger": "chalicelib.x", "event": event, **more})


@pytest.fixture(scope="module")
def written(account):
    """Write lines of three functions, which are not in the order of time within their log groups."""
    (clients, _), now = account, datetime.now(UTC)  # the command reads the last hour
    lines = [
        ("outreach", "SendMails", 40, write_event("mail_attempted", reason="sent")),
        ("outreach", "SendMails", 30, "START RequestId: 1 Version: $LATEST"),
        ("outreach", "PlanMails", 35, write_event("planned", counts={"due": 3})),
        ("settle", "SweepInbox", 38, "2026-11-30T10:00:00 1 Task timed out after 60.00 seconds"),
        ("settle", "SweepInbox", 20, write_event("handler_failed", "ERROR", error="KeyError")),
        ("settle", "SweepInbox", 150, write_event("settled")),
    ]
    for group in ("outreach", "settle"):
        clients("logs").create_log_group(logGroupName=f"/regulars/{STAGE}/{group}")
    for group, logical, minutes, text in lines:
        name = {"logGroupName": f"/regulars/{STAGE}/{group}", "logStreamName": find_stream(account, logical)}
        if not clients("logs").describe_log_streams(
            logGroupName=name["logGroupName"], logStreamNamePrefix=name["logStreamName"]
        )["logStreams"]:
            clients("logs").create_log_stream(**name)
        at = int((now - timedelta(minutes=minutes)).timestamp() * 1000)
        clients("logs").put_log_events(**name, logEvents=[{"timestamp": at, "message": text}])


def cut_times(text):
    return [line.partition("Z  ")[2] for line in text.splitlines()]


def test_all_lines_of_the_last_hour_in_order_of_time(written, read):
    code, out, err = read()
    assert (code, err[:8]) == (0, "4 lines ")
    assert cut_times(out) == [
        'send_mails          INFO    mail_attempted reason="sent"',
        "sweep_inbox         2026-11-30T10:00:00 1 Task timed out after 60.00 seconds",
        'plan_mails          INFO    planned counts={"due": 3}',
        'sweep_inbox         ERROR   handler_failed error="KeyError"',
    ]
    assert out == "".join(sorted(out.splitlines(keepends=True)))


def test_one_function_and_a_longer_time(written, read):
    _, out, _ = read(function="sweep_inbox", since="3h")
    assert [line[:19].strip() for line in cut_times(out)] == ["sweep_inbox"] * 3
    assert "settled" in out.splitlines()[0]
    assert read(function="send_mails", since="30m")[1] == ""


def test_an_event_is_looked_for_by_cloudwatch(written, read, monkeypatch):
    asked = []
    play_calls(monkeypatch, {"FilterLogEvents": lambda params: asked.append(params) or {"events": []}})
    assert read(function="api_handler", event="handler_failed")[0] == 0
    ((group, pattern),) = [(each["logGroupName"], each["filterPattern"]) for each in asked]
    assert (group, pattern) == (f"/regulars/{STAGE}/door", '{ $.event = "handler_failed" }')


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"since": "yesterday"}, "SINCE=... is a number of minutes, hours or days"),
        ({"event": '"} || {'}, "EVENT=... is the name of an event"),
        ({"function": "nothing"}, "FUNCTION=... is one of answer_requests, api_handler, ask_confirmations,"),
    ],
)
def test_an_odd_argument_is_answered_in_a_sentence(read, given, told):
    assert read(**given)[0].startswith(told)


def test_without_the_right_to_read_logs_a_sentence_says_so(read, monkeypatch):
    play_calls(monkeypatch, {"FilterLogEvents": refusal("FilterLogEvents", "AccessDeniedException")})
    assert read()[0] == f"Stage {STAGE} on AWS: these credentials may not call FilterLogEvents there (" + (
        "AccessDeniedException)."
    )


def test_the_local_stack_has_files_instead(read, monkeypatch):
    monkeypatch.setenv("STAGE", "local")
    assert "files in .local/log/" in read()[0]
    assert "SINCE=1h" in read(explain="yes")[1]
