"""What pressing something on a link's page says, as a Submission; `linkreading` reads it again when it is settled.

Each is kept under the link's row name: whose link it is, the door cannot know. The name decides alone when settling.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.models import PARENT, Consent, ConsentState, Entry, JsonValue, Reading, Submission, Trust
from chalicelib.store.links import Ask, Link
from chalicelib.strictjson import dump_json, parse_object

SENDER = "link"


def note_click(link: Link, name: str, by: str, now: datetime) -> Submission:
    """Return the note of a visit. One per link and kind of visitor for ever: a thousand clicks are one."""
    return write_action("click", name, by, now, {"by": by, **name_mail(link)})


def withdraw_consent(link: Link, name: str, now: datetime, *, network: str, language: str) -> Submission:
    """Return an unsubscribe."""
    said = {"purpose": link.purpose, "language": language, "network": network, **name_mail(link)}
    return write_action("unsubscribe", name, name_moment(now), now, said)


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
    told = [{"state": state.value, **ask.model_dump()} for state, ask in consents]
    said = {"fields": dict(fields), "consents": told, "network": network, **name_mail(link)}
    said |= {"sensitive": dict(sensitive)} if sensitive else {}
    return write_action("preferences", name, name_moment(now), now, said)


def answer_confirmation(link: Link, name: str, now: datetime, *, confirmed: bool, network: str) -> Submission:
    """Return a yes or a no to a double opt-in or of a parent. Each once: what it settles is there once."""
    answer = "yes" if confirmed else "no"
    asks = [ask.model_dump() for ask in link.asks] if confirmed else []
    said = {"answer": answer, "consents": asks, "network": network, **({"by": PARENT} if link.parent else {})}
    return write_action("confirm", name, answer, now, said)


def name_mail(link: Link) -> dict[str, JsonValue]:
    """Return which mail a link stood in, for the campaign's report."""
    return {"campaign": link.campaign, "mail_id": link.mail_id}


def write_action(topic: str, name: str, told_apart_by: str, now: datetime, said: Mapping[str, JsonValue]) -> Submission:
    """Return the Submission of one action."""
    return Submission(
        sender=SENDER,
        topic=topic,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        idempotency_key=f"{name}:{told_apart_by}",
        body=dump_json({"link": name, **said}),
    )


def name_moment(now: datetime) -> str:
    """Return the second that tells two presses apart.

    Not once per link: who stops, comes back and stops again by the old mail must not be told "done" for nothing.
    """
    return str(int(now.timestamp()))


Said = Mapping[str, JsonValue]


def interpret(submission: Submission) -> Reading:
    """Say in our words what was pressed; raise UnreadableError."""
    try:
        said = parse_object(submission.body)
        return READERS[submission.topic](submission, said)
    except (MalformedError, TooLargeError, ValidationError, KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableError("link body is not of the shape we write") from None


def read_click(submission: Submission, said: Said) -> Reading:
    """Read a visit; `by` is person or machine."""
    values = {"by": said["by"], "campaign": said["campaign"]}
    entry = Entry(kind="click", at=submission.occurred_at, values=values)
    return Reading(kind="click", link=said["link"], entry=entry, notes=read_mail(said))


def read_unsubscribe(submission: Submission, said: Said) -> Reading:
    """Read an unsubscribe: a no needs no proof, so it is not signed."""
    consent = Consent(
        purpose=said["purpose"],
        state=ConsentState.WITHDRAWN,
        at=submission.occurred_at,
        channel="link",
        language=said["language"],
        network=said["network"],
    )
    return Reading(kind="consent", link=said["link"], consents=(consent,), notes=read_mail(said))


def read_mail(said: Said) -> dict[str, JsonValue]:
    """Return what a campaign's report needs of a visit; anonymous."""
    return {"campaign": said["campaign"], "mail_id": said["mail_id"], "by": said.get("by", "")}


def read_preferences(submission: Submission, said: Said) -> Reading:
    """Read preferences. They name nobody: a phone typed here is a detail, not a way to find a person."""
    consents = tuple(
        read_consent(submission, told, said, ConsentState(told["state"]), "preferences") for told in said["consents"]
    )
    return Reading(
        kind="preferences",
        link=said["link"],
        fields=dict(said["fields"]),
        sensitive=dict(said.get("sensitive", {})),
        consents=consents,
        notes=read_mail(said),
    )


def read_confirm(submission: Submission, said: Said) -> Reading:
    """Read the answer to a double opt-in; a no says nothing about anybody."""
    consents = tuple(
        read_consent(submission, told, said, ConsentState.GIVEN, said.get("by", "confirm")) for told in said["consents"]
    )
    return Reading(kind="confirm", link=said["link"], consents=consents, notes={"answer": said["answer"]})


def read_consent(submission: Submission, told: Any, said: Said, state: ConsentState, channel: str) -> Consent:
    """Return a statement made by somebody who has the mail: as good as signed, since nobody else was sent the link."""
    return Consent(
        purpose=told["purpose"],
        state=state,
        at=submission.occurred_at,
        channel=channel,
        words=told["words"],
        words_version=told["words_version"],
        language=told["language"],
        network=said["network"],
        signed=True,
    )


READERS = {
    "click": read_click,
    "unsubscribe": read_unsubscribe,
    "preferences": read_preferences,
    "confirm": read_confirm,
}
