"""The stage that a command works on: the one that STAGE names, with the credentials at hand; else the local stack."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from infra.local.clock import read_now
from infra.local.environ import STAGE, open_stack
from infra.staff.terminal import clean_output


def is_local() -> bool:
    """Return whether the command works on the local stack."""
    return os.environ.get("STAGE", STAGE) == STAGE


@contextmanager
def open_stage() -> Iterator[Mapping[str, str]]:
    """Set the environment of the running local stack, or of its data at rest; that of a stage on AWS is ours as it is.

    What is printed inside steers no terminal.

    On AWS a command needs the settings of settling (STAGE, INBOX_KEY, ROOT_KEY) and the operator's credentials.
    """
    with clean_output(), open_stack() if is_local() else nullcontext(dict(os.environ)) as environ:
        yield environ


def stage_now() -> datetime:
    """Return the stage's time, in UTC: only a local stack's clock can be moved."""
    return read_now() if is_local() else datetime.now(UTC)
