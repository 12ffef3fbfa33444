"""The note that outreach writes into a person's history about one mail."""

from datetime import datetime

from chalicelib.models import MailNote, Reading, ReadingKind, SenderName, Submission, Trust
from chalicelib.senders.source import Fact, Source
from chalicelib.strictjson import dump_json

SOURCE = Source(
    name=SenderName.OUTREACH, kinds=(ReadingKind.MAIL,), facts=(Fact.MAIL,), purposes=("marketing", "orders")
)


def write_note(note: MailNote, now: datetime) -> Submission:
    """Return the history event of what was decided or sent for one occasion."""
    return Submission(
        sender=SenderName.OUTREACH,
        topic="mail",
        trust=Trust.SIGNED,
        received_at=now,
        occurred_at=now,
        body=dump_json(note.model_dump(mode="json")),
    )


def interpret(submission: Submission) -> Reading:
    """Read what `write_note` wrote; raise ValidationError for anything else."""
    return Reading(kind=ReadingKind.MAIL, mail=MailNote.model_validate_json(submission.body))
