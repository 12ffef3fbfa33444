"""The field types, by the name that a definition gives: one class each, and this one table."""

from chalicelib.forms.types.base import FieldType
from chalicelib.forms.types.choice import Choice, Choices, Ranking
from chalicelib.forms.types.day import Day
from chalicelib.forms.types.email import Email
from chalicelib.forms.types.number import Integer, Score
from chalicelib.forms.types.phone import Phone
from chalicelib.forms.types.text import Address, LongText, Text

CLASSES: tuple[type[FieldType], ...] = (
    Text,
    LongText,
    Email,
    Phone,
    Address,
    Integer,
    Score,
    Day,
    Choice,
    Choices,
    Ranking,
)
TYPES: dict[str, FieldType] = {each.name: each() for each in CLASSES}
