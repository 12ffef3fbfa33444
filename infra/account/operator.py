"""The operator at the terminal, and the account and region that the commands work in. Tests hand in their own."""

import getpass
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.account.names import Names

REACH_SECONDS = 10


def open_address(url: str) -> bool:
    """Return whether a page is answered at an HTTPS address of the shop's own, with a certificate that fits it."""
    if not url.startswith("https://"):
        return False
    try:
        with urllib.request.urlopen(url, timeout=REACH_SECONDS) as answer:
            return bool(answer.status < 400)
    except (OSError, urllib.error.URLError, ValueError):
        return False


@dataclass
class Operator:
    """Where the commands work, and whom they talk to."""

    names: Names
    session: Any = field(default_factory=lambda: boto3.session.Session())
    say: Callable[[str], None] = print
    ask: Callable[[str], str] = input
    ask_unseen: Callable[[str], str] = getpass.getpass
    pause: Callable[[float], None] = time.sleep
    opens: Callable[[str], bool] = open_address
    agreed: bool = False  # YES=yes: go on without a question
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return the client of a service in the answers' region, made on first use."""
        if service not in self.clients:
            self.clients[service] = self.session.client(service, region_name=self.names.region)
        return self.clients[service]

    @cached_property
    def caller(self) -> dict[str, str]:
        """Return account and ARN of the credentials."""
        answer: dict[str, str] = self.client("sts").get_caller_identity()
        return {"Account": answer["Account"], "Arn": answer["Arn"]}

    def agree(self, question: str) -> bool:
        """Return whether the operator types yes; without a terminal nobody does."""
        if self.agreed:
            return True
        try:
            return self.ask(f"{question} (yes/no) ").strip().lower() == "yes"
        except EOFError:
            self.say("Nobody is there to ask; YES=yes goes on without a question.")
            return False

    def confirm_stage(self, question: str) -> None:
        """Ask for the stage's name; raise SystemExit where another one, or none, is typed. YES=yes does not count."""
        try:
            typed = self.ask(f"{question} Type the stage's name to go on: ".lstrip()).strip()
        except EOFError:
            typed = ""
        if typed != self.names.stage:
            raise SystemExit("That is not its name. Nothing was changed.")

    def tell_table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows in columns, indented as what a person copies."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.say("  " + "  ".join(cells).rstrip())

    def try_read(self, read: Callable[[], Any]) -> Any:
        """Return what a call that only informs answers, or None where it is refused."""
        try:
            return read()
        except (ClientError, BotoCoreError):
            return None


def name_code(error: ClientError) -> str:
    """Return the code of an AWS error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_missing(error: ClientError) -> bool:
    """Return whether AWS says that something is not there; each service has a code of its own for it."""
    code, text = name_code(error), str(error.response.get("Error", {}).get("Message", ""))
    gone = ("NotFoundException", "ResourceNotFoundException", "ParameterNotFound", "NoSuchKey", "NoSuchBucket", "404")
    return code in gone or (code == "ValidationError" and "does not exist" in text)


def list_pages(client: Any, operation: str, key: str, **params: Any) -> Iterable[Any]:
    """Yield what a list call answers, page after page."""
    for page in client.get_paginator(operation).paginate(**params):
        yield from page.get(key, ())
