"""Clients of AWS services: how long each waits, and how often it tries."""

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any, NamedTuple

from chalicelib.config import Settings


class ClientTimeouts(NamedTuple):
    """How long a client waits, in seconds, and how often it tries in all."""

    connect: float
    read: float
    tries: int


# Shopify gives us five seconds in all, cold start included: two tries of one and a half fit.
DOOR_TIMEOUTS = ClientTimeouts(connect=1, read=1.5, tries=2)
# What is written beside a delivery must not cost the sender its patience: where it fails, nothing is lost.
NOTE_TIMEOUTS = ClientTimeouts(connect=0.3, read=0.5, tries=1)
WORK_TIMEOUTS = ClientTimeouts(connect=2, read=10, tries=4)
# One attempt on the wire: SES has no idempotency token, and botocore's retries sent one mail three times (measured).
SEND_TIMEOUTS = ClientTimeouts(connect=2, read=8, tries=1)


@cache
def make_session() -> Any:
    """Return the one boto3 session of this container."""
    import boto3

    return boto3.session.Session()


def make_client(service: str, timeouts: ClientTimeouts) -> Any:
    """Make a client that gives up in time; retries of the standard kind."""
    from botocore.config import Config

    config = Config(
        connect_timeout=timeouts.connect,
        read_timeout=timeouts.read,
        retries={"total_max_attempts": timeouts.tries, "mode": "standard"},
        parameter_validation=False,  # 25 us a call; every request here is built by a tested function
    )
    return make_session().client(service, config=config)


class Clients:
    """One client per AWS service, made on first use. `connect` makes a client of a service."""

    def __init__(self, settings: Settings, connect: Callable[[str, ClientTimeouts], Any] = make_client) -> None:
        """Take the settings; nothing is made yet."""
        self.settings = settings
        self.connect = connect

    @cached_property
    def dynamodb(self) -> Any:
        return self.connect("dynamodb", WORK_TIMEOUTS)

    @cached_property
    def kms(self) -> Any:
        return self.connect("kms", WORK_TIMEOUTS)

    @cached_property
    def sqs(self) -> Any:
        return self.connect("sqs", WORK_TIMEOUTS)

    @cached_property
    def ses(self) -> Any:
        """Return the one SES client: asking for the quota opens the connection that the mails use."""
        return self.connect("sesv2", SEND_TIMEOUTS)
