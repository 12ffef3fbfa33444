"""Texts that stand in the place of an id and are none: zero, N/A, NULL, an error of a spreadsheet. Pure.

Systems and people write them where an id is missing. Taken for ids they would make one customer of many strangers.
"""

import re
from unicodedata import decimal, normalize

# Compared without case, spaces and signs: n/a, N.A., (null), <none>, [object Object].
WORDS = frozenset(("na", "null", "none", "nil", "nan", "undefined", "unknown", "missing", "empty", "blank")) | {
    "notapplicable",
    "notavailable",
    "objectobject",
}
DUMP_NULL = "\\N"  # NULL in a dump of MySQL or PostgreSQL
# What a spreadsheet writes for a fault, in any language: #N/A, #REF!, #NAME?, #WERT!, #NV
SHEET_FAULT = re.compile(r"#(\S+[!?]|N/?[AV])", re.IGNORECASE)
# A long number as a spreadsheet saves it, its last digits lost. 12e4 is none: without a fraction or sign it may be
# hexadecimal.
EXPONENT = re.compile(r"[+-]?\d+([.,]\d+E[+-]?|E[+-])\d+", re.IGNORECASE)


def is_standin(text: str) -> bool:
    """Return whether a text is no id, but stands where one is missing or was damaged."""
    text = normalize("NFKC", text).strip()
    signs = "".join(sign for sign in text.casefold() if sign.isalnum())
    zeros = all(decimal(sign, 1) == 0 for sign in signs)  # also of no sign at all, as in - and ?
    return zeros or signs in WORDS or text == DUMP_NULL or bool(SHEET_FAULT.fullmatch(text)) or is_exponent(text)


def is_exponent(text: str) -> bool:
    """Return whether a text is a number in exponent form: many ids become one such number in a spreadsheet."""
    return EXPONENT.fullmatch(normalize("NFKC", text).strip()) is not None
