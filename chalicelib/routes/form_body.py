"""Bodies of forms as browsers and scripts send them, strictly: UTF-8, bounded, no files, nothing guessed.

JSON (also as text/plain, which needs no preflight), application/x-www-form-urlencoded, multipart/form-data.
"""

import re
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from chalicelib.errors import InvalidSubmissionError, MalformedError, TooLargeError, UnsupportedTypeError
from chalicelib.forms.reasons import mask_name
from chalicelib.models import JsonValue
from chalicelib.routes.http import check_charset
from chalicelib.strictjson import parse_object

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_PAIRS = 200  # a form has at most 60 fields
MAX_BOUNDARY = 70  # RFC 2046, 5.1.1
# The parser takes a second `name` and ignores `filename*` (RFC 5987): both are refused beforehand.
DISPOSITION_KEY = re.compile(rb";\s*(name|filename)\*?\s*=", re.IGNORECASE)

Pairs = list[tuple[str, str]]


def parse_body(raw: bytes, content_type: str) -> dict[str, JsonValue] | Pairs:
    """Return a JSON object, or the pairs of a form in the order sent.

    Raise MalformedError, TooLargeError, UnsupportedTypeError, or InvalidSubmissionError for a file.
    """
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "multipart/form-data":
        return parse_multipart(raw, content_type)
    check_charset(parameters)
    if kind == "application/x-www-form-urlencoded":
        return parse_urlencoded(raw)
    if kind in ("application/json", "text/plain"):
        return parse_object(raw)
    raise UnsupportedTypeError("Send JSON, application/x-www-form-urlencoded or multipart/form-data.")


def parse_urlencoded(raw: bytes) -> Pairs:
    """Return the pairs of an urlencoded body (WHATWG URL standard, 5.1), refusing what is not UTF-8."""
    if b"\0" in raw:  # UTF-16 or binary data; a browser sends NUL as %00
        raise MalformedError("The body is not UTF-8.")
    if raw.count(b"&") >= MAX_PAIRS:
        raise TooLargeError(f"A form has at most {MAX_PAIRS} values.")
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise MalformedError("The body is not UTF-8.") from None


def parse_multipart(raw: bytes, content_type: str) -> Pairs:
    """Return the pairs of a multipart body; nothing touches the disk, a file is refused by its part's header."""
    # Imported here: browsers send multipart only where a site's own form asks for it.
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= MAX_BOUNDARY:
        raise MalformedError("The multipart boundary is missing or malformed.")
    if raw.count(b"--" + boundary) > MAX_PAIRS + 1:
        raise TooLargeError(f"A form has at most {MAX_PAIRS} values.")
    parts = PartCollector()
    parser = MultipartParser(boundary, parts.list_callbacks())
    try:
        parser.write(raw)
        parser.finalize()
    except FormParserError:
        raise MalformedError("The multipart body is malformed.") from None
    if not parts.ended:
        raise MalformedError("The multipart body has no end.")
    return [read_part(headers, bytes(data)) for headers, data in parts.found]


class PartCollector:
    """Collects the events of the multipart parser: for each part its headers and its data."""

    def __init__(self) -> None:
        self.found: list[tuple[list[tuple[bytes, bytes]], bytearray]] = []
        self.name = bytearray()
        self.value = bytearray()
        self.ended = False

    def list_callbacks(self) -> "MultipartCallbacks":
        """Return the parser's callbacks by name."""
        callbacks = {
            "on_part_begin": lambda: self.found.append(([], bytearray())),
            "on_header_field": lambda data, start, end: self.name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self.value.extend(data[start:end]),
            "on_header_end": self.end_header,
            "on_part_data": lambda data, start, end: self.found[-1][1].extend(data[start:end]),
            "on_end": self.end_body,
        }
        return cast("MultipartCallbacks", callbacks)

    def end_header(self) -> None:
        """Keep one header of the current part."""
        self.found[-1][0].append((bytes(self.name).lower(), bytes(self.value)))
        self.name.clear()
        self.value.clear()

    def end_body(self) -> None:
        """Note that the closing boundary came."""
        self.ended = True


def read_part(headers: list[tuple[bytes, bytes]], data: bytes) -> tuple[str, str]:
    """Return one part's name and text; raise for a file, a nested multipart, or a doubtful name."""
    from python_multipart.multipart import parse_options_header

    given = [value for name, value in headers if name == b"content-disposition"]
    kinds = [value.lower() for name, value in headers if name == b"content-type"]
    keys = [key.lower() for value in given for key in DISPOSITION_KEY.findall(value)]
    if len(given) != 1 or keys.count(b"name") != 1:
        raise MalformedError("A part must have one name.")
    disposition, options = parse_options_header(given[0])
    if disposition != b"form-data" or any(kind.startswith(b"multipart/") for kind in kinds):
        raise MalformedError("A part is not form data.")
    name = options.get(b"name", b"").decode(errors="replace")
    if b"filename" in keys:
        raise InvalidSubmissionError({mask_name(name): "file"})
    for kind in kinds:
        check_charset(kind.decode(errors="replace").partition(";")[2])
    try:
        return name, data.decode()
    except UnicodeDecodeError:
        raise MalformedError("The body is not UTF-8.") from None
