"""What a person does through a link of a mail: the door writes each action as a Submission, settling reads it.

Each action names the link's row alone: the door cannot know whose link it is. Settling finds the customer by that name.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import (
    PARENT,
    Consent,
    ConsentState,
    Entry,
    JsonValue,
    Reading,
    ReadingKind,
    SenderName,
    Submission,
)
from chalicelib.senders.actions import Body, name_mail, name_moment, read_consent, read_mail, write_action
from chalicelib.senders.answers import read_answer
from chalicelib.senders.source import FORM_KINDS, Fact, Source
from chalicelib.store.links import Ask, Link
from chalicelib.strictjson import parse_object

SOURCE = Source(
    name=SenderName.LINK,
    kinds=(
        ReadingKind.CLICK,
        ReadingKind.CONSENT,
        ReadingKind.PREFERENCES,
        ReadingKind.CONFIRM,
        ReadingKind.ENTRY_WITHDRAWN,
        *FORM_KINDS,
    ),
    facts=(Fact.CLICK, Fact.ANSWERS, Fact.CONSENTS, Fact.WITHDRAWN),
    purposes=("surveys", "measuring", "proof", "orders", "warranty"),
    from_person=True,
)


def note_click(link: Link, name: str, by: str, now: datetime) -> Submission:
    """Return the note of a visit. Each link has one note per kind of visitor: a thousand clicks are one."""
    return write_action("click", name, by, now, {"by": by, **name_mail(link)})


def withdraw_consent(
    link: Link, name: str, now: datetime, *, network: str, language: str, also: Iterable[str] = ()
) -> Submission:
    """Return an unsubscribe; `also` are purposes that end with the link's own."""
    others = sorted({*also} - {link.purpose})
    body = {"purpose": link.purpose, "language": language, "network": network, **name_mail(link)}
    return write_action("unsubscribe", name, name_moment(now), now, body | ({"also": others} if others else {}))


def choose_preferences(
    link: Link,
    name: str,
    now: datetime,
    *,
    fields: Mapping[str, JsonValue],
    consents: Iterable[tuple[ConsentState, Ask]],
    network: str,
    sensitive: Mapping[str, str] | None = None,
) -> Submission:
    """Return new preferences: `fields` of the profile, and what was allowed or forbidden in which words.

    `sensitive` maps fields to the purposes that they are kept for.
    """
    answers = [{"state": state.value, **ask.model_dump()} for state, ask in consents]
    body = {"fields": dict(fields), "consents": answers, "network": network, **name_mail(link)}
    body |= {"sensitive": dict(sensitive)} if sensitive else {}
    return write_action("preferences", name, name_moment(now), now, body)


def answer_confirmation(link: Link, name: str, now: datetime, *, confirmed: bool, network: str) -> Submission:
    """Return the answer to a double opt-in, or a parent's.

    Each link has one yes and one no at most: it settles one item.
    """
    answer = "yes" if confirmed else "no"
    asks = [ask.model_dump() for ask in link.asks] if confirmed else []
    body = {"answer": answer, "consents": asks, "network": network, **({"by": PARENT} if link.parent else {})}
    return write_action("confirm", name, answer, now, body)


def withdraw_entry(link: Link, name: str, now: datetime) -> Submission:
    """Return the withdrawal of an entry and of the consents that came with it: each link has one at most."""
    ends = {"ends": [ask.purpose for ask in link.asks]} if link.asks else {}
    return write_action("entry", name, "withdrawn", now, {"entry": link.entry, **ends})


def interpret(submission: Submission) -> Reading:
    """Return what was done; raise UnreadableError."""
    try:
        return READERS[submission.topic](submission, parse_object(submission.body))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("link body is not of the shape we write") from None


def read_click(submission: Submission, body: Body) -> Reading:
    """Read a visit; `by` is person or machine."""
    values = {"by": body["by"], "campaign": body["campaign"]}
    entry = Entry(kind=ReadingKind.CLICK, at=submission.occurred_at, values=values)
    return Reading(kind=ReadingKind.CLICK, link=body["link"], entry=entry, notes=read_mail(body))


def read_unsubscribe(submission: Submission, body: Body) -> Reading:
    """Read an unsubscribe: a no needs no proof, so it is not signed."""
    consents = tuple(
        Consent(
            purpose=purpose,
            state=ConsentState.WITHDRAWN,
            at=submission.occurred_at,
            channel="link",
            language=body["language"],
            network=body["network"],
        )
        for purpose in (body["purpose"], *body.get("also", ()))
    )
    return Reading(kind=ReadingKind.CONSENT, link=body["link"], consents=consents, notes=read_mail(body))


def read_preferences(submission: Submission, body: Body) -> Reading:
    """Read preferences. A phone number typed here becomes a profile field; no customer is found by it."""
    answers = body["consents"]
    return Reading(
        kind=ReadingKind.PREFERENCES,
        link=body["link"],
        fields=dict(body["fields"]),
        sensitive=dict(body.get("sensitive", {})),
        consents=tuple(
            read_consent(submission, body, answer, ConsentState(answer["state"]), "preferences") for answer in answers
        ),
        notes=read_mail(body),
    )


def read_confirm(submission: Submission, body: Body) -> Reading:
    """Read the answer to a double opt-in; a no holds no consent."""
    channel = body.get("by", "confirm")
    return Reading(
        kind=ReadingKind.CONFIRM,
        link=body["link"],
        consents=tuple(read_consent(submission, body, ask, ConsentState.GIVEN, channel) for ask in body["consents"]),
        notes={"answer": body["answer"]},
    )


def read_withdrawn(submission: Submission, body: Body) -> Reading:
    """Read the withdrawal of an entry; the consents that staff wrote down with it end too."""
    at = submission.occurred_at
    ended = tuple(
        Consent(purpose=purpose, state=ConsentState.WITHDRAWN, at=at, channel="link")
        for purpose in body.get("ends", ())
    )
    return Reading(kind=ReadingKind.ENTRY_WITHDRAWN, link=body["link"], withdraws=body["entry"], consents=ended)


READERS = {
    "click": read_click,
    "unsubscribe": read_unsubscribe,
    "preferences": read_preferences,
    "confirm": read_confirm,
    "entry": read_withdrawn,
    "answer": read_answer,
}
