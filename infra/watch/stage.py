"""The stage that is looked at: its stack, its rows, its door, and the time. Tests hand in their own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from chalicelib.config import Settings
from chalicelib.services import Services
from infra.account.mail_identity import MailIdentity
from infra.account.operator import Operator, list_pages
from infra.account.stack import Stack
from infra.template import read_template

ROLE, FUNCTION = "AWS::IAM::Role", "AWS::Lambda::Function"
# (url, body or None for GET) -> status; raises OSError where nothing answers
Fetch = Callable[[str, bytes | None], int]
# a name -> its TXT records, none where there is no such name; raises OSError where DNS does not answer
Resolve = Callable[[str], list[str]]


@dataclass
class Stage:
    """A stage on AWS, or the local stack."""

    operator: Operator
    services: Services
    now: datetime
    local: bool
    fetch: Fetch
    resolve: Resolve
    described_tables: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # by name, asked once

    @property
    def settings(self) -> Settings:
        return self.services.settings

    @property
    def name(self) -> str:
        return self.settings.stage

    def name_command(self, command: str) -> str:
        """Return a command of make about this stage, for a sentence; the local stack's logs are files."""
        if self.local and command.startswith("logs "):
            return "A file in .local/log/"
        return f"`make {command}{'' if self.local else f' STAGE={self.name}'}`"

    @cached_property
    def stack(self) -> Stack:
        return Stack(self.operator)

    @cached_property
    def described(self) -> dict[str, Any]:
        """Return what CloudFormation says of the stack."""
        return self.stack.read()

    @cached_property
    def outputs(self) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.described.get("Outputs", ())}

    @cached_property
    def resources(self) -> list[dict[str, Any]]:
        return self.stack.list_resources()

    def list_resources(self, kind: str) -> dict[str, str]:
        """Return the physical id of each resource of a type, by its name in the template."""
        found = [each for each in self.resources if each["ResourceType"] == kind]
        return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in found}

    def client(self, service: str) -> Any:
        return self.operator.client(service)

    def list_pages(self, service: str, operation: str, key: str, **params: Any) -> Iterable[Any]:
        """Yield what a list call answers, page after page."""
        return list_pages(self.client(service), operation, key, **params)

    @cached_property
    def mail_account(self) -> dict[str, Any]:
        """Return what SES says of the account."""
        account: dict[str, Any] = self.client("sesv2").get_account()
        return account

    @cached_property
    def mail_identity(self) -> dict[str, Any]:
        """Return what SES says of the sender's domain, else of the address itself; nothing where it knows neither."""
        identity = MailIdentity(self.operator, self.settings.mail_from)
        if found := identity.read():
            return found
        identity.domain = self.settings.mail_from
        return identity.read()

    @cached_property
    def tables(self) -> dict[str, Mapping[str, Any]]:
        """Return the properties of each table that the template wants, by the table's name."""
        wanted = (each for each in read_template()["Resources"].values() if each.get("Type") == "AWS::DynamoDB::Table")
        named = ((each["Properties"]["TableName"]["Fn::Sub"], each["Properties"]) for each in wanted)
        return {name.replace("${Stage}", self.name): properties for name, properties in named}
