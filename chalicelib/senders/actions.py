"""How an action on the page of a mail's link is written and read, whatever the action is (`senders.link`)."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.models import Consent, ConsentState, Grade, JsonValue, SenderName, Submission, Trust
from chalicelib.store.links import Link
from chalicelib.strictjson import dump_json

Body = Mapping[str, JsonValue]


def name_mail(link: Link) -> dict[str, JsonValue]:
    """Return which mail a link stood in, for the campaign's report."""
    return {"campaign": link.campaign, "mail_id": link.mail_id}


def name_moment(now: datetime) -> str:
    """Return the second that tells two actions apart.

    A person may unsubscribe, consent again and unsubscribe again by the same old mail: that is an action of its own.
    """
    return str(int(now.timestamp()))


def write_action(topic: str, name: str, told_apart_by: str, now: datetime, body: Body) -> Submission:
    return Submission(
        sender=SenderName.LINK,
        topic=topic,
        trust=Trust.OWN,
        received_at=now,
        occurred_at=now,
        idempotency_key=f"{name}:{told_apart_by}",
        body=dump_json({"link": name, **body}),
    )


def read_mail(body: Body) -> dict[str, JsonValue]:
    """Return what a campaign's report needs of a visit; it names no person."""
    return {"campaign": body["campaign"], "mail_id": body["mail_id"], "by": body.get("by", "")}


def read_consent(submission: Submission, body: Body, ask: Body, state: ConsentState, channel: str) -> Consent:
    """Return a consent given or withdrawn through a link. It counts as signed: only one address was sent the link."""
    return Consent(
        purpose=ask["purpose"],
        state=state,
        at=submission.occurred_at,
        channel=channel,
        words=ask["words"],
        words_version=ask["words_version"],
        language=ask["language"],
        network=body["network"],
        grade=Grade.CONFIRMED,
    )
