"""Typed text: its hidden or dangerous parts (controls, direction switches, long runs of marks, formulas), its digits.

Kept are the joiners U+200C and U+200D, without which Persian, Hindi and Bengali are misspelt, and the plain direction
marks. The direction switches, U+202A-202E and U+2066-2069, come with a phone number that is copied from a contact
list, and can reverse a line; the byte order mark is treated like them.
"""

import re
from decimal import Decimal
from unicodedata import bidirectional, category, decimal, normalize

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # the characters that one line may not hold
CONTROLS_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # the same but for tabs and \n
DIRECTION_SWITCHES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
HIDDEN = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode: controls, surrogates, private, unassigned, line ends

FORMULA = "=+-@\u2212"  # the signs that begin a formula (OWASP, CSV injection), with the true minus sign
FORMULA_FIRST = "\t\r\n\x00"  # as the very first character
QUOTES = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb"
UNSEEN = ("C", "Z")  # Unicode: controls and marks without width, spaces of every kind

# No vowels (no words by accident), and nothing that is mistaken for another when read aloud or copied by hand:
# neither 0/O, 1/I/L, 2/Z, 5/S nor 8/B.
CLEAR_SIGNS = "CDFGHJKMNPQRTVWXY34679"

AGAINST = {"ltr": ("R", "AL"), "rtl": ("L",)}

AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,٫]([0-9]{1,3}))?")  # with the point or comma of any keypad


def isolate_text(text: str) -> str:
    """Return a foreign text for use inside a sentence of ours, whose direction it must not change (U+2068, U+2069)."""
    return f"\u2068{text}\u2069" if text else ""


def runs_against(text: str, direction: str) -> bool:
    """Return whether a letter of a text runs against a direction, `ltr` or `rtl` (Unicode, UAX 9: strong classes)."""
    return any(bidirectional(sign) in AGAINST[direction] for sign in text)


def remove_switches(text: str) -> str:
    """Return the text without direction switches and byte order marks."""
    return text.translate(DIRECTION_SWITCHES)


def is_hidden(sign: str) -> bool:
    """Return whether a sign is invisible in a line but can change it."""
    return category(sign) in HIDDEN or ord(sign) in DIRECTION_SWITCHES


def write_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as 0 to 9; a sign such as ² or ① is none, and stays."""
    return "".join(str(decimal(sign)) if sign.isdecimal() else sign for sign in text)


def read_typed_amount(text: str, places: int) -> Decimal | None:
    """Return an amount of money with so many decimals or fewer, in the digits of any script; None for no amount."""
    found = AMOUNT.fullmatch(write_digits(text.strip()))
    if found is None or len(found[2] or "") > places:
        return None
    return Decimal(".".join(part for part in found.groups() if part))


def has_long_run(text: str, longest: int) -> bool:
    """Return whether more than `longest` combining marks follow one another."""
    if text.isascii():
        return False
    run = 0
    for sign in text:
        run = run + 1 if category(sign)[0] == "M" else 0
        if run > longest:
            return True
    return False


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would take a text for a formula, also behind quotes and invisible signs."""
    if text[:1] and text[0] in FORMULA_FIRST:
        return True
    seen = next((sign for sign in text if sign not in QUOTES and category(sign)[0] not in UNSEEN), "")
    return bool(seen) and normalize("NFKC", seen)[:1] in FORMULA
