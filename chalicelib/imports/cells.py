"""The parts of an import's map that speak of cells: how a column is named, and what its answers mean."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal
from unicodedata import normalize

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chalicelib.forms.words import check_quoted
from chalicelib.models import Model, Name, OptionalLanguage

FILE = "(file)"  # a column that every file has: the first word of the file's own name
ANY = "*"  # among answers: every other one
PART_SIGNS = " []\"'"  # around the parts of a cell that holds several answers
Column = Annotated[
    str, AfterValidator(lambda name: normalize("NFC", name).strip()), StringConstraints(min_length=1, max_length=200)
]
Columns = Column | tuple[Column, ...]  # one that the header must have; or several: the first that holds something
Answers = tuple[Annotated[str, AfterValidator(lambda word: word.strip().casefold())], ...]
OptionalVersion = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2}(\.\d+)?)?$")]
OptionalWords = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), AfterValidator(check_quoted)]


def list_names(columns: Columns | None) -> tuple[str, ...]:
    """Return the names under which a cell is looked for, in order."""
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else columns


def split_answers(cell: str) -> Iterator[str]:
    """Yield the answers of a cell that holds several, such as `["HARD_BOUNCE", "UNSUBSCRIBE"]` or `confirmed, none`."""
    for part in cell.replace(";", ",").split(","):
        if answer := part.strip(PART_SIGNS).casefold():
            yield answer


class ConsentColumn(Model):
    """A column of answers to one question, and the evidence: the words that were shown, when it was answered, where.

    `withdrawn_column` says when a no was said, where that is not in `collected_column`. `network_column` holds the IP
    address that answered; it is kept truncated, as a form's is.
    """

    purpose: Name
    column: Columns
    yes: Answers = ()
    no: Answers = ()
    neither: Answers = ()
    several: bool = False
    words: OptionalWords = ""
    version: OptionalVersion = ""
    language: OptionalLanguage = ""
    collected: date | None = None
    collected_column: Columns | None = None
    withdrawn_column: Columns | None = None
    network_column: Columns | None = None

    @model_validator(mode="after")
    def check_sense(self) -> "ConsentColumn":
        """Refuse answers that could mean two things, and a column that says nothing."""
        if not (self.yes or self.no):
            raise ValueError("yes or no must list an answer")
        said = [*self.yes, *self.no, *self.neither]
        if len(set(said)) < len(said):
            raise ValueError("an answer stands under both yes and no, or twice")
        if self.collected is not None and not self.words:
            raise ValueError("collected needs the words that were shown on that day")
        return self

    def judge_answer(self, cell: str) -> bool | None:
        """Return what a cell says: yes, no or neither; a no among several wins. Raise ValueError if unclear."""
        answers = list(split_answers(cell)) if self.several else [cell.strip().casefold()]
        if any(self.means(answer, self.no) for answer in answers):
            return False
        if any(self.means(answer, self.yes) for answer in answers):
            return True
        if any(not self.means(answer, self.neither) for answer in answers):
            raise ValueError("unclear")
        return None

    def means(self, answer: str, listed: Answers) -> bool:
        """Return whether an answer is among those listed, of which `*` takes what no list names."""
        return answer in listed or (ANY in listed and answer not in (*self.yes, *self.no, *self.neither))


class StopColumn(Model):
    """A column that says why an address must not be mailed again: it bounced, or its reader complained."""

    column: Columns
    reason: Literal["bounced", "complained"]
    answers: Answers = Field(min_length=1)

    def holds(self, cell: str) -> bool:
        """Return whether a cell says so, alone or among other answers."""
        return any(answer in self.answers for answer in split_answers(cell))


class Split(Model):
    """Rows of several kinds in one file: the column `NAME:VALUE` is the column NAME of the rows whose `by` is VALUE.

    A row with another value is left out.
    """

    by: Column
    values: tuple[Column, ...] = Field(min_length=1)
