"""One field of a form: what is asked, in which words, within which limits."""

from typing import Annotated, Literal

from pydantic import Field as Key
from pydantic import StringConstraints, field_validator, model_validator

from chalicelib.forms.words import Words
from chalicelib.models import FieldName, Model, Name
from chalicelib.shop.ages import AGE_BAND, BIRTH_YEAR, FIRST_YEAR, LAST_YEAR, read_rules

Value = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}$")]
FieldType = Literal[
    "text",
    "long_text",
    "email",
    "phone",
    "address",
    "integer",
    "score",
    "date",
    "choice",
    "choices",
    "ranking",
]

CONTACT = {"name": "text", "email": "email", "phone": "phone", "address": "address"}
AGES = {BIRTH_YEAR: "integer", AGE_BAND: "choice"}
RESERVED_TYPES = {**CONTACT, **AGES}
MANY = ("choices", "ranking")
PICKED = ("choice", *MANY)
NUMBERS = ("integer", "score")

# Characters, where a file says nothing. An e-mail address has at most 254 (RFC 5321 4.5.3.1.3).
LENGTHS = {"text": 200, "long_text": 4000, "email": 254, "phone": 40, "address": 500}
EXACT = 2**53 - 1  # RFC 8259, 6: whole numbers that every reader holds exactly
BOUNDS = {"integer": (-EXACT, EXACT), "score": (0, 10)}

# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
AUTOCOMPLETE = {"name": "name", "email": "email", "phone": "tel", "address": "street-address"}
AUTOCOMPLETE[BIRTH_YEAR] = "bday-year"


class Option(Model):
    """One answer to pick: `value` is kept, `label` is shown."""

    value: Value
    label: Words


class Field(Model):
    """One question. `personal` has no default, so that somebody decides.

    `sensitive` names the purpose of the consent that an answer is kept by (GDPR, Article 9).
    """

    name: FieldName
    type: FieldType
    label: Words
    personal: bool
    hint: Words | None = None
    required: bool = False
    sensitive: Name | Literal[""] = ""
    place: Literal["profile", "entry"] = "entry"
    options: tuple[Option, ...] = ()
    least: int | None = None
    most: int | None = None
    low: Words | None = None
    high: Words | None = None
    past: bool = False
    as_band: bool = False
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
        if self.name == BIRTH_YEAR:
            low, high = FIRST_YEAR, LAST_YEAR
        return (low if self.least is None else self.least, high if self.most is None else self.most)

    @property
    def autofill(self) -> str:
        """Return the autocomplete token (WCAG 1.3.5); no browser remembers a sensitive answer."""
        return "off" if self.sensitive else self.autocomplete or AUTOCOMPLETE.get(self.name, "off")

    @field_validator("sensitive", mode="before")
    @classmethod
    def name_purpose(cls, value: object) -> object:
        """Tell what took the place of `sensitive = true`; false says nothing."""
        if value is True:
            raise ValueError('name the purpose of its own consent, e.g. sensitive = "health"')
        return "" if value is False else value

    @model_validator(mode="after")
    def check_name(self) -> "Field":
        """Refuse another meaning for the names that have one: contact details and ages."""
        due = (RESERVED_TYPES.get(self.name), "profile", True, "")
        if self.name in RESERVED_TYPES and (self.type, self.place, self.personal, self.sensitive) != due:
            raise ValueError(f"{self.name} must be: type {due[0]}, place profile, personal true, not sensitive")
        bands = read_rules().bands
        if self.name == AGE_BAND and not {option.value for option in self.options} <= set(bands):
            raise ValueError(f"age_band takes these options alone: {', '.join(bands)}")
        if self.as_band and self.name != BIRTH_YEAR:
            raise ValueError("as_band belongs to birth_year, and to nothing else")
        return self

    @model_validator(mode="after")
    def check_sense(self) -> "Field":
        """Refuse keys that contradict each other."""
        if bool(self.options) != (self.type in PICKED):
            raise ValueError("options belong to choice, choices and ranking, and to nothing else")
        if len({option.value for option in self.options}) != len(self.options):
            raise ValueError("two options have the same value")
        if self.bounds[0] > self.bounds[1]:
            raise ValueError("least is greater than most")
        return self
