"""Why one value cannot be kept. Collected per field into InvalidSubmissionError; never carries the value."""

import re

from chalicelib.errors import RegularsError

REASONS = (
    "missing",
    "one_of",
    "wrong_type",
    "invalid",
    "not_ascii",
    "too_long",
    "control_character",
    "not_a_choice",
    "repeated",
    "too_few",
    "too_many",
    "out_of_range",
    "in_future",
    "words_changed",
    "unknown",
    "file",
    "forged",
    "unanswered",
    "wrong_answer",
    "not_allowed",
    "no_consent",
    "too_young",
    "parent_needed",
    "own_address",
)

TELLABLE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class RefusedValueError(RegularsError):
    """One value is refused; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def mask_name(name: str) -> str:
    """Return a name from outside where an error may repeat it, else `other`: a name can be a person's address."""
    return name if TELLABLE.fullmatch(name) else "other"
