"""Requests of people about their data, as submissions: what the door writes, and what each says when it is settled.

    request   somebody names an address and what they ask for; proves nothing, changes nothing
    try       one of the three attempts at typing the code of the mail
    confirm   the code was right
    lift      staff ended a restriction, as the person asked at the counter

An address in one names nobody by itself: `settling.data_requests` looks it up, and the history keeps neither the
address nor a token.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import RESTRICTED, Consent, ConsentState, JsonValue, Reading, RequestKind, Submission, Trust
from chalicelib.store.links import Link
from chalicelib.strictjson import dump_json, parse_object

SENDER = "privacy"
Said = Mapping[str, JsonValue]
ADVERTISING = ("marketing", "sms")  # what forms and shop systems call it, whether a campaign uses it or not
CHANNEL = "privacy"  # of a consent that ends by an objection


def ask_request(
    kind: RequestKind, email: str, now: datetime, *, network: str, language: str, suspicion: tuple[str, ...] = ()
) -> Submission:
    """Return a request. Every post is one of its own: how often an address is mailed is decided elsewhere."""
    return Submission(
        sender=SENDER,
        topic="request",
        trust=Trust.ANONYMOUS,
        received_at=now,
        occurred_at=now,
        idempotency_key=secrets.token_urlsafe(12),
        network=network,
        language=language,
        suspicion=suspicion,
        body=dump_json({"kind": kind.value, "email": email}),
    )


def try_code(name: str, slot: int, now: datetime) -> Submission:
    """Return one of the `TRIES` turns of a link: whoever keeps it as new may compare a code."""
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
) -> Submission:
    """Return that the right code was typed, once for ever. It is sealed: the token of the result may stand in it.

    `purposes` are those of the campaigns that an objection ends: campaigns change later, so they are frozen here.
    """
    said: dict[str, JsonValue] = {
        "link": name,
        "kind": link.request,
        "result": result,
        "language": language,
        "network": network,
    }
    if link.request == RequestKind.OBJECT.value:
        said["purposes"] = list(dict.fromkeys((*ADVERTISING, *purposes)))
    # The moment is not part of what tells two apart: `said` must be the same when a reply was lost.
    return write_action("confirm", name, now, said)


def write_action(topic: str, idempotency_key: str, now: datetime, said: dict[str, JsonValue]) -> Submission:
    """Return the Submission of somebody who has the mail."""
    return Submission(
        sender=SENDER,
        topic=topic,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        idempotency_key=idempotency_key,
        body=dump_json(said),
    )


def end_restriction(email: str, now: datetime) -> Submission:
    """Return the Submission that lets a person's data be used again."""
    return Submission(
        sender=SENDER,
        topic="lift",
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        idempotency_key=secrets.token_urlsafe(12),
        body=dump_json({"email": email}),
    )


def interpret(submission: Submission) -> Reading:
    """Say in our words what was asked; raise UnreadableError."""
    try:
        return READERS[submission.topic](submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("request body is not of the shape we write") from None


def read_request(submission: Submission, said: Said) -> Reading:
    """Read that somebody asks; who they are is not proven."""
    return Reading(kind="request", notes={"kind": RequestKind(said["kind"]).value, "email": str(said["email"])})


def read_try(submission: Submission, said: Said) -> Reading:
    """Read a turn at typing the code: it was counted by being kept."""
    return Reading(kind="try", link=said["link"])


def read_confirm(submission: Submission, said: Said) -> Reading:
    """Read that the person asks: who has the link and the code has their mailbox."""
    kind = RequestKind(said["kind"])
    return Reading(
        kind="request",
        link=said["link"],
        fields={RESTRICTED: True} if kind is RequestKind.RESTRICT else {},
        consents=object_to(submission, said) if kind is RequestKind.OBJECT else (),
        notes={"kind": kind.value, "result": said.get("result", "")},
    )


def object_to(submission: Submission, said: Said) -> tuple[Consent, ...]:
    """Return the end of every consent to advertising (GDPR, Article 21(2)), whether it was ever given or not."""
    return tuple(
        Consent(
            purpose=purpose,
            state=ConsentState.WITHDRAWN,
            at=submission.occurred_at,
            channel=CHANNEL,
            language=said["language"],
            network=said["network"],
            signed=True,
        )
        for purpose in said["purposes"]
    )


def read_lift(submission: Submission, said: Said) -> Reading:
    """Read that staff ended a restriction, as the person asked."""
    return Reading(kind="request", fields={RESTRICTED: False}, notes={"email": said.get("email", "")})


READERS: Mapping[str, Callable[[Submission, Said], Reading]] = {
    "request": read_request,
    "try": read_try,
    "confirm": read_confirm,
    "lift": read_lift,
}
