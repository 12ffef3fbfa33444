"""The keys of one `[[fields]]` table, as the file has them. Field (field.py) holds them to the field's type."""

from typing import Annotated, Literal

from pydantic import Field as Key
from pydantic import StringConstraints

from chalicelib.forms.words import Words
from chalicelib.models import Model

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Value = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}$")]


class Option(Model):
    """One answer to pick: `value` is kept, `label` is shown."""

    value: Value
    label: Words


class Question(Model):
    """One question. `personal` has no default, so that the author of a form must decide.

    `sensitive` names the purpose of the consent that an answer is kept by (GDPR, Article 9).
    """

    name: Name
    type: str
    label: Words
    personal: bool
    hint: Words | None = None
    why: Words | None = None
    required: bool = False
    sensitive: Purpose | Literal[""] = ""
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
