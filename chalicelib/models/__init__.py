"""The shapes that cross a boundary: frozen, strict, and silent about their values when they fail.

A `Submission` is what arrived. A `Reading` is what it says. A `Profile` is what all readings of one person add up to.
"""

from chalicelib.models.base import (
    Currency,
    FieldName,
    JsonValue,
    Language,
    Model,
    Name,
    OptionalCurrency,
    OptionalLanguage,
    OptionalName,
    Version,
    utc_text,
)
from chalicelib.models.profile import RESTRICTED, AgeSaid, HeldValue, Profile
from chalicelib.models.reading import Identity, IdentityKind, Reading, ReadingKind
from chalicelib.models.statements import (
    PARENT,
    Consent,
    ConsentState,
    Entry,
    Grade,
    LineItem,
    MailNote,
    MailState,
    Order,
    OrderState,
    Refund,
)
from chalicelib.models.submission import ASKABLE, Event, RequestKind, SenderName, Submission, Trust

__all__ = [
    "ASKABLE",
    "PARENT",
    "RESTRICTED",
    "AgeSaid",
    "Consent",
    "ConsentState",
    "Currency",
    "Entry",
    "Event",
    "FieldName",
    "Grade",
    "HeldValue",
    "Identity",
    "IdentityKind",
    "JsonValue",
    "Language",
    "LineItem",
    "MailNote",
    "MailState",
    "Model",
    "Name",
    "OptionalCurrency",
    "OptionalLanguage",
    "OptionalName",
    "Order",
    "OrderState",
    "Profile",
    "Reading",
    "ReadingKind",
    "Refund",
    "RequestKind",
    "SenderName",
    "Submission",
    "Trust",
    "Version",
    "utc_text",
]
