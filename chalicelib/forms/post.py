"""One post of a form, sorted: the answers, and the reserved values beside them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.errors import InvalidSubmissionError
from chalicelib.forms.definition import RESERVED, Form
from chalicelib.forms.reasons import mask_name
from chalicelib.models import JsonValue
from chalicelib.models.friend_codes import QUERY, read_code

Pairs = Sequence[tuple[str, str]]
SUBMISSION_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
PAGE_TOKEN_LENGTH = 200


@dataclass(frozen=True)
class Post:
    """One post. What is reserved (`forms.definition.RESERVED`) is empty where it was not sent.

    `asked` says that the post has a `page_answer`, be it empty; `trapped` that the honeypot is filled in.
    """

    values: Mapping[str, JsonValue]
    language: str
    page_token: str
    page_answer: str
    submission: str
    redirect: str
    asked: bool
    trapped: bool
    friend_code: str = ""


def sort_post(form: Form, sent: Mapping[str, JsonValue] | Pairs) -> Post:
    """Sort a JSON object or a form's pairs; raise InvalidSubmissionError."""
    values = dict(sent) if isinstance(sent, Mapping) else fold_pairs(form, sent)
    asked = "page_answer" in values
    taken = {name: take_text(values, name) for name in RESERVED}
    check_reserved(form, taken)
    taken[QUERY] = read_code(taken[QUERY])
    trapped = bool(values.pop(form.spam.honeypot, ""))
    for name in form.ignored:
        values.pop(name, None)
    return Post(values, asked=asked, trapped=trapped, **taken)


def fold_pairs(form: Form, pairs: Pairs) -> dict[str, JsonValue]:
    """Gather the values of each name; a name may repeat only where the form takes many."""
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    repeated = [name for name, values in gathered.items() if len(values) > 1 and not form.takes_many(name)]
    if repeated:
        raise InvalidSubmissionError({mask_name(name): "repeated" for name in repeated[:20]})
    return {name: values if form.takes_many(name) else values[0] for name, values in gathered.items()}


def take_text(values: dict[str, JsonValue], name: str) -> str:
    """Take a reserved value out of the answers."""
    value = values.pop(name, "")
    if not isinstance(value, str):
        raise InvalidSubmissionError({name: "wrong_type"})
    return value


def check_reserved(form: Form, taken: Mapping[str, str]) -> None:
    """Refuse a language the form does not speak, a malformed id or code, and a target that is not on its list."""
    faults = {}
    if taken["language"] and taken["language"] not in form.languages:
        faults["language"] = "not_a_choice"
    if taken[QUERY].strip() and not read_code(taken[QUERY]):
        faults[QUERY] = "invalid"
    if taken["submission"] and not SUBMISSION_ID.fullmatch(taken["submission"]):
        faults["submission"] = "invalid"
    if len(taken["page_token"]) > PAGE_TOKEN_LENGTH:
        faults["page_token"] = "forged"  # noqa: S105 - a reason code
    if taken["redirect"] and taken["redirect"] not in form.redirects:
        faults["redirect"] = "not_allowed"
    if faults:
        raise InvalidSubmissionError(faults)
