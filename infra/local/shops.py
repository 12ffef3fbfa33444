"""The local run learns whose deliveries it takes: the first accepted one names the sender's shop.

Shopify and WooCommerce name the shop in a header that no signature covers. On AWS the shop's owner lists the shops
(`infra/deploy/secrets.py`); here nobody was asked, so the first is kept until the run ends.
"""

import base64
import logging
from datetime import datetime
from http import HTTPStatus
from typing import Any

import boto3
from botocore.exceptions import ClientError

from chalicelib.config import current_settings
from chalicelib.door import open_door
from chalicelib.senders import find_sender
from infra.deploy.secrets import SHOPS

log = logging.getLogger(__name__)


class ShopNotes:
    """What one worker knows: the senders whose shop was learned, by it or by another worker."""

    def __init__(self, ssm: Any = None) -> None:
        """`ssm` is a boto3 client that may write: the door's own may not."""
        self.ssm = ssm or boto3.session.Session().client("ssm")
        self.known: set[str] = set()

    def read_anew(self, event: dict[str, Any]) -> None:
        """Let the door read its parameters again while the shop is unknown: another worker may have learned it."""
        if name_sender(event) not in ("", *self.known):
            open_door().parameters.read_at = None

    def learn_shop(self, event: dict[str, Any], status: int, now: datetime) -> None:
        """Keep the shop of the first delivery that was accepted."""
        sender = name_sender(event)
        if sender in ("", *self.known) or status != HTTPStatus.ACCEPTED:
            return
        shop = read_shop(event, sender, now)
        if not shop:
            return  # WooCommerce's ping
        name = f"{current_settings().parameter_path}shops/{sender}"
        try:
            self.ssm.put_parameter(Name=name, Value=shop, Type="String")
            log.warning("From now on deliveries of %s are taken for the shop of the first one alone.", sender)
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "ParameterAlreadyExists":
                raise
        self.known.add(sender)
        open_door().parameters.read_at = None


def name_sender(event: dict[str, Any]) -> str:
    """Return the sender that a request posts for, where its shop stands in a header."""
    sender = (event.get("pathParameters") or {}).get("sender", "")
    return sender if sender in SHOPS and event["httpMethod"] == "POST" else ""


def read_shop(event: dict[str, Any], sender: str, now: datetime) -> str:
    """Return the shop that an accepted delivery names, as the door reads it."""
    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    module = find_sender(sender)
    return module.parse(base64.b64decode(event["body"] or ""), headers, now).shop if module else ""
