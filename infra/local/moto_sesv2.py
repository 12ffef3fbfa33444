"""The calls of SES API v2 that moto lacks, added in front of it: local runs and tests see what SES would send.

GetAccount                   moto answers 404; here, the quota of an account out of the sandbox
SendEmail, simple content    moto keeps only the HTML; here, both parts and the headers, as one message
a line break in a header     moto takes it; SES and this refuse it with 400 BadRequestException
a mail to the simulator      moto publishes no events; here, those of SES's mailbox simulator (`simulator`)
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from typing import Any

from infra.local.simulator import answer_mail, publish_event

Answer = Callable[..., Iterable[bytes]]
ACCOUNT = ("GET", "/v2/email/account")
SENDING = ("POST", "/v2/email/outbound-emails")
# A new account's usual limits outside the sandbox. The mails sent are not counted.
QUOTA = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0}
STANDING = {"SendQuota": QUOTA, "SendingEnabled": True, "ProductionAccessEnabled": True, "EnforcementStatus": "HEALTHY"}


def patch_moto_sesv2(cloud: Answer) -> Answer:
    """Return moto's application with these in front of it."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if asked == ACCOUNT:
            return send_json(start_response, "200 OK", STANDING)
        if asked == SENDING:
            request = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            try:
                give_body(environ, compose_content(request))
            except ValueError:
                return send_json(start_response, "400 Bad Request", {"message": "a header is malformed"})
            return send_mail(cloud, environ, start_response, request)
        return cloud(environ, start_response)

    return answer


def send_mail(
    cloud: Answer, environ: dict[str, Any], start_response: Callable[..., Any], request: dict[str, Any]
) -> Iterable[bytes]:
    """Let moto take a mail; one that it takes has the events of SES's simulator."""
    statuses: list[str] = []

    def note_status(status: str, *rest: Any) -> Any:
        statuses.append(status)
        return start_response(status, *rest)

    answered = cloud(environ, note_status)
    if statuses and statuses[0].startswith("200"):
        answer_mail(request, publish_event)
    return answered


def send_json(start_response: Callable[..., Any], status: str, content: dict[str, Any]) -> Iterable[bytes]:
    """Answer in JSON; an error under the only name that is needed here."""
    headers = [("Content-Type", "application/json")]
    if not status.startswith("200"):
        headers.append(("x-amzn-ErrorType", "BadRequestException"))
    start_response(status, headers)
    return [json.dumps(content).encode()]


def give_body(environ: dict[str, Any], request: dict[str, Any]) -> None:
    """Put another body into a WSGI request."""
    body = json.dumps(request).encode()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))


def compose_content(request: dict[str, Any]) -> dict[str, Any]:
    """Return a SendEmail request whose simple content is a whole message; ValueError for a line break in a header."""
    simple = request["Content"].get("Simple")
    if simple is None:
        return request
    # Lines as long as RFC 5322 allows: where Python 3.11 folds an encoded subject between two words, a space is lost.
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    mail["From"], mail["To"] = request["FromEmailAddress"], ", ".join(request["Destination"]["ToAddresses"])
    mail["Subject"] = simple["Subject"]["Data"]
    for header in simple.get("Headers", ()):
        mail[header["Name"]] = header["Value"]
    mail.set_content(simple["Body"].get("Text", {}).get("Data", ""), cte="base64")
    if page := simple["Body"].get("Html", {}).get("Data"):
        mail.add_alternative(page, subtype="html", cte="base64")
    # The message names its recipient; moto would count one named here as a second.
    return request | {"Destination": {}, "Content": {"Raw": {"Data": b64encode(mail.as_bytes()).decode()}}}
