"""From a submission to its reading: which interpreter speaks for which sender."""

from chalicelib.errors import UnreadableError
from chalicelib.models import Reading, Submission
from chalicelib.senders import find_sender

# What a body that is not what it claims to be makes an interpreter raise; pydantic's ValidationError is a ValueError.
ODD_BODY = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


def read_submission(submission: Submission) -> Reading:
    """Say what a submission says; raise UnreadableError, whose text names the kind of fault and no content."""
    try:
        return interpret_submission(submission)
    except ODD_BODY as fault:
        raise UnreadableError(f"{submission.sender}: {type(fault).__name__}") from None


def interpret_submission(submission: Submission) -> Reading:
    """Ask the form reader or the sender's module."""
    if submission.sender == "form":
        from chalicelib.forms.reading import interpret  # settling a webhook needs no forms

        return interpret(submission)
    sender = find_sender(submission.sender)
    if sender is None:
        raise UnreadableError("unknown sender")
    return sender.interpret(submission)
