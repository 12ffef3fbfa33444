"""One mail, one attempt. The client must not retry: SES has no idempotency key, so a second POST is a second mail.

The outcome of an attempt is as exact as the answer allows (`Outcome.kind`):

    accepted   SES took it: 200 with a message id
    refused    SES will never take this mail: MessageRejected, BadRequest, or our own last check
    throttled  too many mails a second or a day; nothing was sent
    paused     the account, its sender or our credentials are not in order, or SES's sandbox takes verified recipients
               alone; nothing was sent
    unreached  no connection was made; nothing was sent
    unknown    the answer was lost or cannot be read: it may have been sent, and must not be sent again
"""

from typing import Any, Literal, NamedTuple

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
)

from chalicelib.addresses import encode_email
from chalicelib.mails.fitness import find_fault
from chalicelib.mails.mail import Mail
from chalicelib.models import Model

TRIES = 1  # in all: the client must not retry

Kind = Literal["accepted", "refused", "throttled", "paused", "unreached", "unknown"]

# The errors of SES API v2 and those common to all of AWS, by the outcome that they mean.
THROTTLED = frozenset(
    {
        "TooManyRequestsException",
        "LimitExceededException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "SlowDown",
        "BandwidthLimitExceeded",
    }
)
PAUSED = frozenset(
    {
        "SendingPausedException",
        "AccountSuspendedException",
        "MailFromDomainNotVerifiedException",
        "NotFoundException",
    }
)
# Of MessageRejected: the sender's identity, and in the sandbox each recipient's, must be verified. Only the text tells
# this from a mail that SES refuses for good (SES developer guide, "Amazon SES email sending errors").
UNVERIFIED = "not verified"
CUT_OFF = frozenset({"RequestTimeout", "RequestTimeoutException"})
OUR_OWN = (401, 403)  # expired, missing or mistaken credentials, a clock that is wrong: about us, not about the mail
NEVER_REACHED = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
NO_CREDENTIALS = (NoCredentialsError, CredentialRetrievalError)


class Outcome(Model):
    """The outcome of one attempt. `code` is the error's name, or our own check's; `message_id` comes from SES."""

    kind: Kind
    message_id: str = ""
    code: str = ""


class Quota(NamedTuple):
    """The limits of SES: mails a second, mails left in these 24 hours (None: no limit), and whether any may be sent."""

    per_second: float
    left_today: int | None
    enabled: bool

    @property
    def allows_mail(self) -> bool:
        """Return whether a mail may be sent now."""
        return self.enabled and self.left_today != 0


class Mailer:
    """Sends mails through one SESv2 client that does not retry, each with at most one POST."""

    def __init__(self, client: Any, from_address: str, configuration_set: str) -> None:
        """Take a client with one try, the sender as SES wants it (`email.utils.formataddr`), and "" for no set."""
        if client.meta.config.retries.get("total_max_attempts") != TRIES:
            raise ValueError("a client that retries would send a mail twice")
        self._client = client
        self._from_address = from_address
        self._configuration_set = configuration_set

    def send_mail(self, to: str, mail: Mail, *, attempt_id: str, campaign: str) -> Outcome:
        """Try once. SES's events name the attempt and the campaign by these tags; both are opaque."""
        tags = {"attempt": attempt_id, "campaign": campaign}
        address = encode_email(to)
        if fault := find_fault(address, mail, tags):
            return Outcome(kind="refused", code=fault)
        request = build_request(self._from_address, address, mail, tags)
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        try:
            answer = self._client.send_email(**request)
        except ClientError as error:
            return judge_error(error)
        except Exception as error:  # also botocore's error for an answer that it cannot parse
            return judge_failure(error)
        message_id = answer.get("MessageId")
        if not message_id or not isinstance(message_id, str):
            return Outcome(kind="unknown", code="NoMessageId")
        return Outcome(kind="accepted", message_id=message_id)


def build_request(sender: str, address: str, mail: Mail, tags: dict[str, str]) -> dict[str, Any]:
    """Return SendEmail's request: one recipient, since a complaint names every recipient of a mail."""
    return {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [address]},
        "Content": {
            "Simple": {
                "Subject": encode_text(mail.subject),
                "Body": {"Html": encode_text(mail.html), "Text": encode_text(mail.text)},
                "Headers": [{"Name": name, "Value": value} for name, value in mail.headers.items()],
            }
        },
        "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
    }


def encode_text(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def judge_error(error: ClientError) -> Outcome:
    """Return the outcome of an error answer. Only 4xx is sure: after a 5xx the mail may have been sent."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    fault = error.response.get("Error", {})
    code = str(fault.get("Code") or status)
    if not 400 <= status < 500 or status == 408 or code in CUT_OFF:
        return Outcome(kind="unknown", code=code)
    if status == 429 or code in THROTTLED:
        return Outcome(kind="throttled", code=code)
    if status in OUR_OWN or code in PAUSED or UNVERIFIED in str(fault.get("Message", "")):
        return Outcome(kind="paused", code=code)
    return Outcome(kind="refused", code=code)


def judge_failure(error: Exception) -> Outcome:
    """Return the outcome of a call without an answer: sure only where there was no connection or no signature."""
    code = type(error).__name__
    if isinstance(error, NEVER_REACHED):
        return Outcome(kind="unreached", code=code)
    return Outcome(kind="paused" if isinstance(error, NO_CREDENTIALS) else "unknown", code=code)


def read_quota(client: Any) -> Quota:
    """Ask SES for its limits. Raises what boto3 raises.

    A function that sends asks first: the call also opens the connection, so that no mail is lost to a connection that
    broke while the container was frozen.
    """
    account = client.get_account()
    limit = account["SendQuota"]
    daily, sent = limit["Max24HourSend"], limit["SentLast24Hours"]
    left = None if daily < 0 else max(0, int(daily - sent))
    enabled = bool(account["SendingEnabled"]) and account.get("EnforcementStatus") != "SHUTDOWN"
    return Quota(per_second=float(limit["MaxSendRate"]), left_today=left, enabled=enabled)
