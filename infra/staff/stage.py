"""The stage that a command works on: the one that STAGE names, with the credentials at hand; else the local stack."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from botocore.exceptions import (
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from infra.local.clock import read_now
from infra.local.environ import STAGE, open_stack
from infra.staff.terminal import clean_output

# What botocore raises where the operator named no account that can be called.
LACKING = (NoRegionError, NoCredentialsError, PartialCredentialsError, ProfileNotFound, EndpointConnectionError)
WAY = "Set AWS_REGION and your credentials, or leave STAGE out for the local stack."


def is_local() -> bool:
    """Return whether the command works on the local stack."""
    return os.environ.get("STAGE", STAGE) == STAGE


@contextmanager
def open_stage() -> Iterator[Mapping[str, str]]:
    """Set the environment of the running local stack, or of its data at rest; that of a stage on AWS is ours as it is.

    What is printed inside steers no terminal.

    On AWS a command needs the settings of settling (STAGE, INBOX_KEY, ROOT_KEY) and the operator's credentials; one
    that lacks them ends with a sentence.
    """
    with clean_output(), open_stack() if is_local() else nullcontext(dict(os.environ)) as environ:
        try:
            yield environ
        except LACKING as fault:
            stage = os.environ.get("STAGE", STAGE)
            raise SystemExit(f"Stage {stage} on AWS was not reached. {fault}\n{WAY}") from None


def stage_now() -> datetime:
    """Return the stage's time, in UTC: only a local stack's clock can be moved."""
    return read_now() if is_local() else datetime.now(UTC)
