"""The values of one row, taken one by one: what no line takes is left, and is shown under "Other details"."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from chalicelib.data_requests.readable.parts import Line, make_line
from chalicelib.data_requests.readable.technical import TECHNICAL, is_unsaid
from chalicelib.data_requests.readable.writer import Writer, clean_name
from chalicelib.models import JsonValue


class Facts:
    """One row of a section, without what the page leaves out."""

    def __init__(self, section: str, row: Mapping[str, JsonValue]) -> None:
        self.section = section
        self.row = row
        self.left = {name: value for name, value in row.items() if not is_unsaid(section, name, value)}

    def take(self, name: str) -> JsonValue:
        """Return a value, or None, and count it as shown; a technical one can be taken too."""
        kept = self.left.pop(name, None)
        return self.row.get(name) if name in TECHNICAL.get(self.section, ()) else kept

    def take_text(self, name: str) -> str:
        """Return a value as text, "" where there is none."""
        value = self.take(name)
        return "" if value is None else str(value)

    def take_object(self, name: str) -> Mapping[str, JsonValue]:
        """Return an object, empty where there is none."""
        value = self.take(name)
        return value if isinstance(value, Mapping) else {}

    def take_list(self, name: str) -> list[JsonValue]:
        """Return a list, empty where there is none."""
        value = self.take(name)
        return list(value) if isinstance(value, list | tuple) else []


def list_others(facts: Facts, writer: Writer) -> tuple[Line, ...]:
    """Return a line for each value that no line took, with a readable name."""
    return tuple(
        line
        for name, value in facts.left.items()
        for label, leaf in walk_leaves(writer.name_label(name), value)
        for line in make_line(label, writer.write_value(leaf), typed=isinstance(leaf, str))
    )


def note_others(facts: Facts, writer: Writer) -> tuple[str, ...]:
    """Return what no line took, as notes."""
    return tuple(f"{line.label}: {' '.join(line.said)}" for line in list_others(facts, writer))


def walk_leaves(label: str, value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Yield each value inside a value, with the readable names that lead to it."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from walk_leaves(f"{label} › {clean_name(name)}", part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from walk_leaves(label, part)
    elif value not in (None, ""):
        yield label, value


def read_amount(value: JsonValue) -> Decimal | None:
    """Return an amount of money, or None for another value."""
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None
