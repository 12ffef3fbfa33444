"""The id of a form that is shown on a person's page: two posts of one form count once."""

import re

from chalicelib.desk.request import DeskRequest
from chalicelib.errors import InvalidSubmissionError

FORM_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def read_form_id(request: DeskRequest) -> str:
    """Return the id of the form that was sent; raise InvalidSubmissionError for a post without one."""
    form = dict(request.pairs).get("submission", "")
    if not FORM_ID.fullmatch(form):
        raise InvalidSubmissionError({"submission": "unread"})
    return form
