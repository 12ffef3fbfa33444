"""The people whom a smoke test invents.

Each has an address of SES's mailbox simulator, with the run's name behind the `+`: nobody else has it, SES answers it,
and the product keeps who has it out of mails and figures (`addresses.is_simulated`).
"""

import re
import secrets

from chalicelib.addresses import SIMULATOR
from chalicelib.senders import SENDERS

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
