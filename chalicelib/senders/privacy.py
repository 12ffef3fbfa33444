"""Requests of people about their data: the door writes each step as a Submission, settling reads it.

    request   a visitor names an address and asks for something; this proves nothing and changes nothing
    try       one of the three attempts at typing the code of the mail
    move      on the page of corrections, a person names the address that shall stand for them
    confirm   the code was right
    lift      staff ended a restriction, as the person asked at the counter

The address in a request identifies no customer by itself: `settling.data_requests` looks it up. The history keeps
neither the address nor a token.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import (
    RESTRICTED,
    Consent,
    ConsentState,
    Grade,
    JsonValue,
    Reading,
    ReadingKind,
    RequestKind,
    SenderName,
    Submission,
    Trust,
)
from chalicelib.senders.source import Fact, Source
from chalicelib.store.links import Link
from chalicelib.strictjson import dump_json, parse_object

Body = Mapping[str, JsonValue]

SENDER = SenderName.PRIVACY
SOURCE = Source(
    name=SENDER,
    kinds=(ReadingKind.REQUEST,),
    facts=(Fact.REQUEST, Fact.EMAIL, Fact.RESTRICTED, Fact.CONSENTS),
    purposes=("proof",),
)
ADVERTISING = ("marketing", "sms")  # the purposes of forms and shop systems, whether a campaign uses them or not
CHANNEL = "privacy"  # of a consent that ends by an objection


def ask_request(kind: RequestKind, email: str, now: datetime, *, network: str, language: str) -> Submission:
    """Return a request.

    Each post is a request of its own; `data_requests.prove` limits how often an address is mailed.
    """
    return Submission(
        sender=SENDER,
        topic="request",
        trust=Trust.ANONYMOUS,
        received_at=now,
        occurred_at=now,
        idempotency_key=secrets.token_urlsafe(12),
        network=network,
        language=language,
        body=dump_json({"kind": kind.value, "email": email}),
    )


def ask_move(name: str, email: str, now: datetime, *, network: str, language: str) -> Submission:
    """Return the request that another address shall stand for the person behind a link.

    It changes nothing before the code is typed that is mailed to that address.
    """
    body: dict[str, JsonValue] = {"kind": RequestKind.MOVE.value, "email": email, "link": name}
    asked = write_action("move", f"{name}:{secrets.token_urlsafe(12)}", now, body)
    return asked.model_copy(update={"network": network, "language": language})


def try_code(name: str, slot: int, now: datetime) -> Submission:
    """Return one of the `TRIES` attempts of a link: the request that stores it as new may compare a code."""
    return write_action("try", f"{name}:{slot}", now, {"link": name, "slot": slot})


def confirm_request(
    link: Link,
    name: str,
    result: str,
    now: datetime,
    *,
    network: str,
    language: str,
    purposes: Iterable[str] = (),
    wish: bool = False,
) -> Submission:
    """Return the Submission that the right code was typed, one per link. It is sealed: it may hold the result's token.

    `purposes` are those of the campaigns that an objection ends: campaigns change later, so they are frozen here.
    `wish` says that an erasure shall keep the hash of the address, so that no advertising is sent to it.
    """
    body: dict[str, JsonValue] = {
        "link": name,
        "kind": link.request,
        "result": result,
        "language": language,
        "network": network,
    }
    if link.request == RequestKind.OBJECT.value:
        body["purposes"] = list(dict.fromkeys((*ADVERTISING, *purposes)))
    if wish and link.request == RequestKind.ERASE.value:
        body["wish"] = True
    # The time is not part of the body: a repeated request, whose first answer was lost, must have the same one.
    return write_action("confirm", name, now, body)


def end_restriction(email: str, now: datetime) -> Submission:
    """Return the Submission that lets a person's data be used again."""
    return write_action("lift", secrets.token_urlsafe(12), now, {"email": email})


def write_action(topic: str, idempotency_key: str, now: datetime, body: Body) -> Submission:
    """Return the Submission of an action by a person who has the mail, or by staff."""
    return Submission(
        sender=SENDER,
        topic=topic,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        idempotency_key=idempotency_key,
        body=dump_json(body),
    )


def interpret(submission: Submission) -> Reading:
    """Return what was asked; raise UnreadableError."""
    try:
        return READERS[submission.topic](submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("request body is not of the shape we write") from None


def read_request(submission: Submission, body: Body) -> Reading:
    """Read a request. It does not prove that the address is the visitor's."""
    notes = {"kind": RequestKind(body["kind"]).value, "email": str(body["email"])}
    return Reading(kind=ReadingKind.REQUEST, notes=notes)


def read_try(submission: Submission, body: Body) -> Reading:
    """Read an attempt at typing the code. Keeping the submission has counted the attempt."""
    return Reading(kind=ReadingKind.TRY, link=body["link"])


def read_move(submission: Submission, body: Body) -> Reading:
    """Read that a person names a new address. It does not prove that the address is theirs."""
    request = read_request(submission, body)
    return request.model_copy(update={"link": body["link"]})


def read_confirm(submission: Submission, body: Body) -> Reading:
    """Read a proven request: the person who has the link and the code has the mailbox.

    Settling writes the proven `address` of a move into the body: the door does not know it.
    """
    kind = RequestKind(body["kind"])
    return Reading(
        kind=ReadingKind.REQUEST,
        link=body["link"],
        email=body.get("address", ""),
        fields={RESTRICTED: True} if kind is RequestKind.RESTRICT else {},
        consents=object_to(submission, body) if kind is RequestKind.OBJECT else (),
        notes={"kind": kind.value, "result": body.get("result", ""), "wish": body.get("wish", False) is True},
    )


def object_to(submission: Submission, body: Body) -> tuple[Consent, ...]:
    """Return the end of every consent to advertising (GDPR, Article 21(2)), whether it was ever given or not."""
    return tuple(
        Consent(
            purpose=purpose,
            state=ConsentState.WITHDRAWN,
            at=submission.occurred_at,
            channel=CHANNEL,
            language=body["language"],
            network=body["network"],
            grade=Grade.CONFIRMED,
        )
        for purpose in body["purposes"]
    )


def read_lift(submission: Submission, body: Body) -> Reading:
    """Read that staff ended a restriction, as the person asked."""
    return Reading(kind=ReadingKind.REQUEST, fields={RESTRICTED: False}, notes={"email": body.get("email", "")})


READERS: Mapping[str, Callable[[Submission, Body], Reading]] = {
    "request": read_request,
    "try": read_try,
    "move": read_move,
    "confirm": read_confirm,
    "lift": read_lift,
}
