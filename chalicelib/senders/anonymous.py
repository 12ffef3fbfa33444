"""An answer to an anonymous survey, from the door to settling: the answers, the form, the day, and nothing else.

Its body has `form`, `kind`, `version`, `anonymous` (the grade), `poll` and `entry`. Of a survey that only counts,
`entry` has the options that were picked, by question.
"""

import hashlib
from datetime import datetime

from chalicelib.errors import MalformedError, TooLargeError, UnreadableError
from chalicelib.forms.anonymity import Anonymity, Answer
from chalicelib.forms.picks import list_picks
from chalicelib.forms.validation import CleanForm
from chalicelib.models import ONCE, JsonValue, SenderName, Submission, Trust
from chalicelib.strictjson import dump_json, parse_object


def make_anonymous(clean: CleanForm, page_token: str, now: datetime) -> Submission:
    """Return the Submission: no network, no language, the time cut to the day.

    Its key is a hash of the page's token. The token's random number is on the page alone: who has the tables and all
    keys of the service, but not the page, can link the key to nothing.
    """
    day = cut_day(now)
    return Submission(
        sender=SenderName.FORM,
        topic=clean.form.name,
        trust=Trust.OWN,
        received_at=day,
        occurred_at=day,
        idempotency_key=ONCE + hashlib.sha256(page_token.encode()).hexdigest(),
        body=write_answer(clean),
    )


def write_answer(clean: CleanForm) -> bytes:
    """Return the body."""
    form = clean.form
    values = dict(clean.entry)
    if form.anonymous is Anonymity.COUNTS_ONLY:
        picked = {field.name: list_picks(field.type, clean.entry.get(field.name)) for field in form.fields}
        values = {name: list[JsonValue](picks) for name, picks in picked.items() if picks}
    return dump_json(
        {
            "form": form.name,
            "kind": form.kind,
            "version": form.version,
            "anonymous": form.anonymous.value if form.anonymous else "",
            "poll": form.poll,
            "fields": {},
            "entry": values,
            "consents": [],
        }
    )


def read_answer(submission: Submission) -> Answer:
    """Return what an anonymous submission says; raise UnreadableError."""
    try:
        body = parse_object(submission.body)
        return Answer(str(body["form"]), Anonymity(body["anonymous"]), body["poll"] is True, dict(body["entry"]))
    except (MalformedError, TooLargeError, KeyError, TypeError, ValueError):
        raise UnreadableError("anonymous: not of the shape we write") from None


def cut_day(moment: datetime) -> datetime:
    """Return the beginning of a moment's day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
