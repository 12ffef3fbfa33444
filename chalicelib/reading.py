"""From a submission to its reading: which interpreter speaks for which sender."""

from importlib import import_module
from typing import cast

from chalicelib.errors import UnreadableError
from chalicelib.models import Reading, Submission
from chalicelib.senders import find_sender

# What enters by other doors than /hooks: a form's post, a row that the shop imports, a link's visit, SES's word on a
# mail, our own word on one.
OWN_READERS = {
    "form": "chalicelib.forms.reading",
    "import": "chalicelib.importreading",
    "link": "chalicelib.linkreading",
    "outreach": "chalicelib.mailnotes",
    "privacy": "chalicelib.privacy.reading",
    "ses": "chalicelib.feedback",
}

# What a body that is not what it claims to be makes an interpreter raise; pydantic's ValidationError is a ValueError.
ODD_BODY = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


def read_submission(submission: Submission) -> Reading:
    """Say what a submission says; raise UnreadableError, whose text names the kind of fault and no content."""
    try:
        return interpret_submission(submission)
    except ODD_BODY as fault:
        raise UnreadableError(f"{submission.sender}: {type(fault).__name__}") from None


def interpret_submission(submission: Submission) -> Reading:
    """Ask the form reader or the sender's module; what was reduced says itself what it said."""
    if submission.reduced:
        return Reading.model_validate_json(submission.body)
    own = OWN_READERS.get(submission.sender)
    if own is not None:
        return cast(Reading, import_module(own).interpret(submission))
    sender = find_sender(submission.sender)
    if sender is None:
        raise UnreadableError("unknown sender")
    return sender.interpret(submission)


def reduce_submission(submission: Submission) -> Submission:
    """Return a submission without the parts of its body that we do not use; it is read as before."""
    said = read_submission(submission).model_dump_json(exclude_defaults=True)
    return submission.model_copy(update={"body": said.encode(), "reduced": True})
