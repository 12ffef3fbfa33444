"""JSON as RFC 8259 writes it, and stricter: the parser of bytes that nobody signed.

`senders/delivery.py` reads signed bodies: it refuses less.

UTF-8 only, without a byte order mark. Refused: a name given twice in one object (also when equal
only after NFC), NaN and Infinity, lone surrogates, anything after the value. Whole numbers stay
int, all others become Decimal, within what DynamoDB can hold. `\\u0000` and other escaped control
characters are accepted: a signed body is kept as it came, and a form's fields refuse them later.

Python's C scanner does the reading. What it does not check is checked on the bytes outside strings
by a few C-speed operations: a normal body costs little, a hostile one never recurses.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from unicodedata import normalize

from chalicelib.errors import MalformedError, TooLargeError
from chalicelib.models import JsonValue

MAX_DEPTH = 32
MAX_KEYS = 9_999  # in the whole body; each line of a Shopify order has about 65
MAX_KEY_BYTES = 256  # as sent, escapes counted as written
MAX_DIGITS = 38  # DynamoDB's precision
MAX_EXPONENT = 125  # DynamoDB's magnitudes: 1E-130 to 9.9...E+125
MIN_EXPONENT = -130
OUT_OF_RANGE = Decimal((0, (1,), MAX_EXPONENT + 1))

ONE_KIND = bytes.maketrans(b"{}", b"[]")
TOO_DEEP = b"[" * (MAX_DEPTH + 1)
NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
DIGITS_AS_NINE = bytes.maketrans(b"012345678", b"999999999")
LONG_NUMBER = b"9" * (MAX_DIGITS + 1)
ESCAPE = re.compile(rb"\\.", re.DOTALL)
NAME_END = re.compile(rb'"[ \t\n\r]*:')
SURROGATE_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(raw: bytes) -> JsonValue:
    """Read one JSON value; raise MalformedError or TooLargeError. The caller limits the size."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(f"The body is not UTF-8 (byte {error.start}).") from None
    check_structure(raw)
    try:
        return choose_decoder(raw).decode(text)
    except json.JSONDecodeError as error:
        raise MalformedError(f"The body is not JSON (character {error.pos}).") from None


def parse_object(raw: bytes) -> dict[str, JsonValue]:
    """Read one JSON object; raise MalformedError for any other value too."""
    value = parse_json(raw)
    if not isinstance(value, dict):
        raise MalformedError("The body is not a JSON object.")
    return value


def dump_json(value: JsonValue) -> bytes:
    """Write canonical JSON: sorted names, no spaces, UTF-8, a Decimal digit for digit, no float."""
    return encode_value(value).encode("utf-8")


def choose_decoder(raw: bytes) -> json.JSONDecoder:
    """Return the decoder with the slower checks only where a quick test of the bytes shows that they may be needed."""
    return json.JSONDecoder(
        object_pairs_hook=choose_builder(raw),
        parse_int=None if has_short_numbers(raw) else read_int,
        parse_float=read_decimal,
        parse_constant=refuse_constant,
    )


def choose_builder(raw: bytes) -> Callable[[list[tuple[str, JsonValue]]], dict[str, JsonValue]]:
    """Return what makes the objects of a body: the plain builder where every name in it is ASCII."""
    return build_object if raw.isascii() and (b"\\" not in raw or b"\\u" not in raw) else build_carefully


def has_short_numbers(raw: bytes) -> bool:
    """Return whether no number in a body can have more than MAX_DIGITS digits."""
    return LONG_NUMBER not in raw.translate(DIGITS_AS_NINE)


def check_structure(raw: bytes) -> None:
    """Check the nesting before the scanner may recurse, and the rules that the scanner does not check."""
    check_surrogates(raw)
    plain = hide_escapes(raw)
    check_depth(plain)
    check_count(plain)
    check_lengths(plain)


def hide_escapes(raw: bytes) -> bytes:
    """Return a body of the same length in which each quote begins or ends a string."""
    return ESCAPE.sub(b"__", raw) if b"\\" in raw else raw


def check_surrogates(raw: bytes) -> None:
    """Refuse an escaped surrogate without its other half."""
    if has_half_pair(raw):
        raise MalformedError("The body holds half of a surrogate pair.")


def has_half_pair(raw: bytes) -> bool:
    """Return whether a body holds an escaped surrogate without its other half."""
    if b"\\u" not in raw:
        return False
    return SURROGATE.search(SURROGATE_PAIR.sub(b"", raw.replace(b"\\\\", b"__"))) is not None


def cut_strings(plain: bytes) -> bytes:
    """Return what stands outside strings."""
    return b"".join(plain.split(b'"')[::2])


def check_depth(plain: bytes) -> None:
    """Peel off the innermost brackets MAX_DEPTH times: one left is too deep or never closed."""
    # Only brackets and quotes stay. Two quotes side by side then hold no bracket between them, be
    # they the ends of one string or of two: without them, each bracket is as far in as before.
    brackets = plain.translate(ONE_KIND, NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in brackets:
        brackets = cut_strings(brackets)
    for _ in range(MAX_DEPTH):
        if b"[]" not in brackets or TOO_DEEP in brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    if b"[" in brackets:
        raise MalformedError(f"The body is nested deeper than {MAX_DEPTH}, or not closed.")


def check_count(plain: bytes) -> None:
    """Refuse too many names: outside strings, each colon follows one."""
    if plain.count(b":") > MAX_KEYS and cut_strings(plain).count(b":") > MAX_KEYS:
        raise TooLargeError(f"The body has more than {MAX_KEYS} names.")


def check_lengths(plain: bytes) -> None:
    """Refuse a long name: hop from quote to quote, and look closer where a hop meets none."""
    start, counted, quotes, reach = 0, 0, 0, MAX_KEY_BYTES + 1
    while start + reach <= len(plain):
        quote = plain.rfind(b'"', start, start + reach)
        if quote < 0:
            quotes += plain.count(b'"', counted, start)
            counted = start
            quote = plain.find(b'"', start)
            in_string = quotes % 2 == 1
            if quote < 0:
                return
            if in_string and NAME_END.match(plain, quote):
                raise TooLargeError(f"A name in the body is longer than {MAX_KEY_BYTES} bytes.")
        start = quote + 1


def build_object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Make an object of ASCII names; refuse a name given twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("A name is given twice in one object.")
    return found


def build_carefully(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Make an object of any names; refuse two that are equal after NFC, and so look alike."""
    found = build_object(pairs)
    if "".join(found).isascii():
        return found
    if len({normalize("NFC", name) for name in found}) < len(found):
        raise MalformedError("A name is given twice in one object.")
    return found


def read_int(text: str) -> int:
    """Read a whole number of at most MAX_DIGITS digits."""
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise MalformedError(f"A number in the body has more than {MAX_DIGITS} digits.")
    return int(text)


def read_decimal(text: str) -> Decimal:
    """Read a number with a fraction or an exponent, exactly."""
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond 10**18
        number = OUT_OF_RANGE
    magnitude_fits = MIN_EXPONENT <= number.adjusted() <= MAX_EXPONENT
    if not magnitude_fits or len(number.as_tuple().digits) > MAX_DIGITS:
        raise MalformedError("A number in the body is out of range.")
    return number


def refuse_constant(_name: str) -> JsonValue:
    """Refuse NaN, Infinity and -Infinity, which Python reads and JSON does not have."""
    raise MalformedError("The body holds a number that JSON does not have.")


def encode_value(value: JsonValue) -> str:
    """Write one value; raise TypeError for what JSON, or our reading of it, does not have."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        pairs = (f"{encode_basestring(name)}:{encode_value(value[name])}" for name in sorted(value))
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(encode_value, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) or (isinstance(value, Decimal) and value.is_finite()):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
