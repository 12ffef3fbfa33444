"""The result of a poll, as the page after a vote shows it: a table with a bar in each row.

The numbers are plain counts, as a voter expects of a poll. They are those of the last full step of votes: a result that
is renewed after each vote would tell that vote.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface
from chalicelib.stats.suppression import K
from chalicelib.strictjson import parse_object


@dataclass(frozen=True)
class PollRow:
    """One option: its label, its votes, and their share of 100, in words and as the width of a bar."""

    label: str
    votes: str
    share: str
    width: int


@dataclass(frozen=True)
class Poll:
    """The result: how many voted, or when there will be a result; and for each question its label and rows."""

    told: str
    hint: str
    questions: list[tuple[str, list[PollRow]]]


def make_poll(form: Form, words: Interface, shown: str) -> Poll:
    """Return the result; `shown` is what is on file (`store.polls`), or "" before the first step of votes."""
    step = words.write_number(K)
    if not shown:
        return Poll(words.poll_later.format(n=step), "", [])
    result = parse_object(shown.encode())
    told = words.poll_votes.format(n=words.write_number(int(result["people"])))
    counts = {field.name: result["counts"].get(field.name, {}) for field in form.fields}
    questions = [
        (field.label[words.language], list_rows(field.view(words)["options"], counts[field.name], words))
        for field in form.fields
    ]
    return Poll(told, words.poll_steps.format(n=step), questions)


def list_rows(options: list[list[str]], counts: Mapping[str, int], words: Interface) -> list[PollRow]:
    """Return a row for each option; shares are of those who answered the question (`*`)."""
    answered = counts.get("*", 0)
    found = []
    for value, label in options:
        votes = counts.get(value, 0)
        share = round(100 * votes / answered) if answered else 0
        found.append(PollRow(label, words.write_number(votes), f"{words.write_number(share)} %", share))
    return found
