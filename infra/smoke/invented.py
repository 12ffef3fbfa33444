"""The people whom a smoke test invents, and the parameter of the stage that remembers its run until they are forgotten.

Each has an address of SES's mailbox simulator, with the run's name behind the `+`: nobody else has it, SES answers it,
and the product keeps who has it out of mails and figures (`addresses.is_simulated`).
"""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.addresses import SIMULATOR
from chalicelib.senders import SENDERS
from infra.account.operator import is_missing

RUN = re.compile(r"[0-9a-f]{12}")
MAILS = ("success", "bounce", "complaint")  # what SES's simulator plays
FORM = "form"


def make_run() -> str:
    """Return the name of a new run."""
    return secrets.token_hex(6)


def invent_address(run: str, part: str, kind: str = "success") -> str:
    """Return the address of one invented person."""
    return f"{kind}+{run}-{part}@{SIMULATOR}"


def list_invented(run: str) -> list[str]:
    """Return the addresses of everybody whom a run may have invented."""
    return [
        *(invent_address(run, str(sender)) for sender in SENDERS),
        *(invent_address(run, FORM, kind) for kind in MAILS),
    ]


@dataclass(frozen=True)
class RunNote:
    """The parameter that names the run whose people are not forgotten yet. It outlives a broken connection."""

    ssm: Any
    name: str  # /regulars/<stage>/smoke

    def read(self) -> str:
        """Return the run that was broken off, or ""."""
        try:
            run = str(self.ssm.get_parameter(Name=self.name)["Parameter"]["Value"])
        except ClientError as error:
            if is_missing(error):
                return ""
            raise
        return run if RUN.fullmatch(run) else ""

    def begin(self, run: str) -> None:
        """Note a run before it invents anybody."""
        self.ssm.put_parameter(Name=self.name, Value=run, Type="String", Overwrite=True)

    def end(self) -> None:
        """Forget a run that left nobody."""
        try:
            self.ssm.delete_parameter(Name=self.name)
        except ClientError as error:
            if not is_missing(error):
                raise
