"""One field of a form: what is asked, in which words, within which limits."""

from typing import Annotated, Literal

from pydantic import Field as Key
from pydantic import StringConstraints, model_validator

from chalicelib.forms.words import Words
from chalicelib.models import Model

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Value = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}$")]
FieldType = Literal[
    "text", "long_text", "email", "phone", "address", "integer", "score",
    "date", "choice", "choices", "ranking",
]  # fmt: skip

CONTACT = {"name": "text", "email": "email", "phone": "phone", "address": "address"}
MANY = ("choices", "ranking")
PICKED = ("choice", *MANY)
NUMBERS = ("integer", "score")

# Characters, where a file says nothing. An e-mail address has at most 254 (RFC 5321 4.5.3.1.3).
LENGTHS = {"text": 200, "long_text": 4000, "email": 254, "phone": 40, "address": 500}
EXACT = 2**53 - 1  # RFC 8259, 6: whole numbers that every reader holds exactly
BOUNDS = {"integer": (-EXACT, EXACT), "score": (0, 10)}

# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
AUTOCOMPLETE = {"name": "name", "email": "email", "phone": "tel", "address": "street-address"}


class Option(Model):
    """One answer to pick: `value` is kept, `label` is shown."""

    value: Value
    label: Words


class Field(Model):
    """One question. `personal` has no default, so that somebody decides."""

    name: Name
    type: FieldType
    label: Words
    personal: bool
    hint: Words | None = None
    required: bool = False
    sensitive: bool = False
    place: Literal["profile", "entry"] = "entry"
    options: tuple[Option, ...] = ()
    least: int | None = None
    most: int | None = None
    low: Words | None = None
    high: Words | None = None
    past: bool = False
    max_characters: int | None = Key(None, ge=1, le=20_000)
    max_bytes: int | None = Key(None, ge=1, le=80_000)
    autocomplete: str = ""

    @property
    def character_limit(self) -> int:
        """Return the most Unicode characters (code points, after NFC) that a value may have."""
        return self.max_characters or LENGTHS.get(self.type, 40)

    @property
    def byte_limit(self) -> int:
        """Return the most UTF-8 bytes that a value may have."""
        return self.max_bytes or 4 * self.character_limit

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the least and greatest number taken, or, where one picks many, how many."""
        low, high = BOUNDS.get(self.type, (0, len(self.options)))
        return (low if self.least is None else self.least, high if self.most is None else self.most)

    @property
    def autofill(self) -> str:
        """Return the autocomplete token (WCAG 1.3.5); no browser remembers a sensitive answer."""
        return "off" if self.sensitive else self.autocomplete or AUTOCOMPLETE.get(self.name, "off")

    @model_validator(mode="after")
    def check_sense(self) -> "Field":
        """Refuse keys that contradict each other."""
        due = (CONTACT.get(self.name), "profile", True)
        if self.name in CONTACT and (self.type, self.place, self.personal) != due:
            raise ValueError(f"{self.name} must be: type {due[0]}, place profile, personal true")
        if bool(self.options) != (self.type in PICKED):
            raise ValueError("options belong to choice, choices and ranking, and to nothing else")
        if len({option.value for option in self.options}) != len(self.options):
            raise ValueError("two options have the same value")
        if self.bounds[0] > self.bounds[1]:
            raise ValueError("least is greater than most")
        return self
