"""What pressing something on a link's page says, as a Submission; `linkreading` reads it again when it is settled.

Each is kept under the link's row name: whose link it is, the door cannot know. The name decides alone when settling.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.links import Ask, Link
from chalicelib.models import ConsentState, JsonValue, Submission, Trust
from chalicelib.standing import PARENT
from chalicelib.strictjson import dump_json

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
        trust=Trust.RENDERED,
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
