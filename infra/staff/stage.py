"""The stage that a command works on: the one that STAGE names, with the credentials at hand; else the local stack."""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from chalicelib.services import make_session
from infra.local.clock import read_now
from infra.local.environ import open_stack
from infra.staff.deployed import open_deployed
from infra.staff.terminal import clean_output
from infra.target import is_local, name_stage

# Who the credentials say works on a stage on AWS; "" elsewhere.
identity: ContextVar[str] = ContextVar("identity", default="")


@contextmanager
def open_stage() -> Iterator[Mapping[str, str]]:
    """Set the environment of the local stack, running or at rest, or that of a stage on AWS, from its stack.

    What is printed inside steers no terminal. On AWS a command needs nothing but STAGE and the operator's credentials;
    a stack that is not there, a region that is another and a right that is lacking are each told in a sentence.
    """
    with clean_output(), open_stack() if is_local() else open_deployed(name_stage()) as environ:
        known = identity.set("" if is_local() else read_identity())
        try:
            yield environ
        finally:
            identity.reset(known)


def read_identity() -> str:
    """Return whom AWS takes the operator for: the end of the ARN, such as `user/mara` or `assumed-role/Admin/mara`."""
    arn: str = make_session().client("sts").get_caller_identity()["Arn"]
    return arn.rpartition(":")[2]


def name_actor() -> str:
    """Return who stands in the audit: whom AWS takes the operator for, or this machine's user on the local stack."""
    return identity.get() or getpass.getuser()


def stage_now() -> datetime:
    """Return the stage's time, in UTC: only a local stack's clock can be moved."""
    return read_now() if is_local() else datetime.now(UTC)
