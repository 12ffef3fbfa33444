"""How far what a submission says is proven: confirmed, signed or typed. docs/identity.md has the table."""

from chalicelib.models import Grade, Reading, SenderName, Submission, Trust

# What comes by these came through a link or a code of a mail of ours.
THROUGH_MAILBOX = (SenderName.LINK, SenderName.PRIVACY)


def grade_reading(submission: Submission, reading: Reading) -> Grade:
    """Return the grade of the names and fields of a submission; each consent has a grade of its own."""
    if submission.sender in THROUGH_MAILBOX:
        return Grade.CONFIRMED
    if submission.sender == SenderName.STAFF:  # the shop's own record, written by somebody who signed in
        return Grade.SIGNED
    return Grade.SIGNED if submission.trust is Trust.SIGNED and not reading.typed else Grade.TYPED
