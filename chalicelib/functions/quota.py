"""The limits of SES, which each run of a function that sends mails asks for once."""

import logging

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.mails.ses import Quota, read_quota
from chalicelib.services import Services

log = logging.getLogger(__name__)


def may_send(services: Services, function: str) -> bool:
    """Return whether any mail may be sent, and set the pace to the function's share of the account's rate."""
    quota = ask_quota(services, function)
    return quota is not None and quota.allows_mail


def ask_quota(services: Services, function: str) -> Quota | None:
    """Return the limits of SES, or None where no mail may go out: SES is silent, or links would lead nowhere."""
    if not services.settings.public_url:
        log.warning("public_url_lacking", extra={"key": function})
        return None
    try:
        quota = read_quota(services.ses)
    except (ClientError, BotoCoreError) as fault:
        log.warning("quota_unknown", extra={"fault": type(fault).__name__})
        return None
    services.pace.set_rate(quota.per_second, function)
    if not quota.allows_mail:
        log.warning("quota_used", extra={"key": function})
    return quota
