"""Sensitive answers of a record: those that are kept by a consent of their own. Staff see them when they ask alone."""

from collections.abc import Mapping

from chalicelib.data_requests.values import Row

Sections = Mapping[str, tuple[Row, ...]]


def count_sensitive(sections: Sections) -> int:
    """Return how many sensitive answers stand in the details and entries of a record."""
    held = sum(bool(row["purpose"]) and row["value"] is not None for row in sections["fields"])
    return held + sum(len(row["values"].keys() & row["sensitive"].keys()) for row in sections["entries"])


def hide_sensitive(sections: Sections) -> dict[str, tuple[Row, ...]]:
    """Return the sections without sensitive answers, and without the names of their questions."""
    fields = tuple(row for row in sections["fields"] if not row["purpose"])
    return {**sections, "fields": fields, "entries": tuple(map(hide_values, sections["entries"]))}


def hide_values(entry: Row) -> Row:
    """Return an entry without its sensitive answers."""
    kept = {name: value for name, value in entry["values"].items() if name not in entry["sensitive"]}
    return {**entry, "values": kept, "sensitive": {}}
