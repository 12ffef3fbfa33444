"""Why a file, or one row of it, cannot be imported. Never carries a value."""

from chalicelib.errors import RegularsError

REASONS = {
    "not_utf8": "bytes that are no UTF-8",
    "nul": "a NUL byte: no text file has one",
    "not_json": "a line that is no JSON object (files of JSON lines)",
    "quotes": "quotes that do not fit: one in the middle of a cell, or text behind a closing one",
    "open_quote": "a quote that nothing closes before the file ends",
    "too_long": "a row of more than 64 KB, or a cell longer than its field may be",
    "ragged": "fewer or more cells than the header has",
    "nobody": "no id, no e-mail address and no phone number that names somebody: nobody could be found by it",
    "formula": "begins as a spreadsheet formula does (= + - @, also full-width)",
    "control_character": "a control character, or a line end where one line is meant",
    "invalid": "not an address, number, date or amount as the map says they are written",
    "not_ascii": "signs before the @ that no mail server of ours could write to",
    "in_future": "a date that lies ahead",
    "out_of_range": "a year before 1900, or an amount below nothing or beyond a billion",
    "ambiguous": "a date that two of the map's formats read differently",
    "unclear": "neither one of the map's words for yes nor one of those for no",
    "missing": "a cell that another one needs: a yes its date, an amount its date and currency",
}


class FileRefusedError(RegularsError):
    """The file cannot be read; the text says why, and holds no values, only columns of the header."""


class RowRefusedError(RegularsError):
    """One row is refused; `reason` is a code of REASONS, after the field's name where one is to blame."""

    def __init__(self, code: str, field: str = "") -> None:
        """Take the code and the field."""
        self.reason = f"{field}: {code}" if field else code
        super().__init__(self.reason)
