"""Our own word on a mail, as it stands in a person's history: made by outreach, read by the fold."""

from datetime import datetime

from chalicelib.models import MailNote, Reading, Submission, Trust
from chalicelib.strictjson import dump_json


def write_note(note: MailNote, now: datetime) -> Submission:
    """Return the history event that says what became of an occasion."""
    return Submission(
        sender="outreach",
        topic="mail",
        trust=Trust.SIGNED,
        received_at=now,
        occurred_at=now,
        body=dump_json(note.model_dump(mode="json")),
    )


def interpret(submission: Submission) -> Reading:
    """Read what `write_note` wrote; raise ValidationError for anything else."""
    return Reading(kind="mail", mail=MailNote.model_validate_json(submission.body))
