"""The result of an import: what is counted, the file of refused rows, and the report. None of it holds a value."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.imports.cells import FILE, list_names
from chalicelib.imports.column_map import ImportMap
from chalicelib.imports.csv_rows import Record
from chalicelib.imports.json_lines import FIRST
from chalicelib.models import Reading
from chalicelib.senders.imported import STOPS
from infra.places import show_path
from infra.staff.progress import Progress
from infra.staff.terminal import clean_text

EVIDENCE = " (a yes, but the file does not say when it was given)"


@dataclass
class Outcome:
    """The result of a file. `refused` is written to a file as it grows: a bad file may refuse every row."""

    read: int = 0
    accepted: int = 0
    repeated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    content: Counter[str] = field(default_factory=Counter)  # of the accepted rows
    standins: Counter[str] = field(default_factory=Counter)  # numbers that are none, of all rows
    lost_no: int = 0  # refused rows that hold a no
    unread: int = 0  # rows of a kind that the map does not read
    left_out: Counter[str] = field(default_factory=Counter)  # details of rows, with the reason
    seen: dict[str, None] = field(default_factory=dict)  # the names of all columns, in order


def describe_reading(reading: Reading) -> list[str]:
    """Return the content of a row, in words that name no person."""
    content = [f"{consent.purpose}: {consent.state.value}" for consent in reading.consents]
    content += ["with an e-mail address"] * bool(reading.email) + ["with a phone number"] * bool(reading.phone)
    content += [f"stop: {reason}" for reason in reading.notes.get(STOPS, [])]
    return content + ["with a purchase"] * bool(reading.orders)


class Refusals:
    """The file of refused rows, and the progress of all."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.outcome, self.progress, self.name = Outcome(), progress, ""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("w", newline="")
        self.rows = csv.writer(self.file)
        self.rows.writerow(("first_line", "last_line", "reason", "holds_a_no", "file"))

    def begin_file(self, name: str, size: int) -> None:
        """Note whose rows follow; `size` is in bytes."""
        self.name = name
        self.progress.begin_file(size)

    def add(self, record: Record, reason: str, *, says_no: bool) -> None:
        """Note one row by its lines; never a value of it."""
        self.outcome.reasons[reason] += 1
        self.outcome.lost_no += says_no
        self.rows.writerow((record.first, record.last, reason, "yes" if says_no else "", self.name))

    def __enter__(self) -> "Refusals":
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.end()
        self.file.close()


def write_outcome(outcome: Outcome, path: Path, *, applied: bool) -> str:
    """Write the report."""
    lines = [f"{outcome.read} rows read"]
    if applied:
        lines += [f"  {outcome.accepted} accepted", f"  {outcome.repeated} repeated: they were here before"]
    else:
        lines.append(f"  {outcome.accepted} would be accepted, as far as they are new")
    lines += [f"      {count} {words}" for words, count in sorted(outcome.content.items())]
    if outcome.unread:
        lines.append(f"  {outcome.unread} left out: rows of a kind that is not read, such as push messages")
    for detail, count in sorted(outcome.left_out.items()):
        why = EVIDENCE if detail.startswith("consent ") and detail.endswith(": missing") else ""
        lines.append(f"  {count} times left out of a row: {detail}{why}")
    lines.append(f"  {outcome.reasons.total()} refused: {show_path(path)}")
    lines += [f"      {count} {reason}" for reason, count in sorted(outcome.reasons.items())]
    lines += [f"  {count} times {words}" for words, count in sorted(outcome.standins.items())]
    if outcome.lost_no:
        lines.append(f"  {outcome.lost_no} of the refused rows hold a no: mend them, or enter those opt-outs by hand.")
    return "\n".join(lines)


def write_columns(rules: ImportMap, seen: Iterable[str]) -> str:
    """Return what each column of the files became, and which were left out."""
    uses: dict[str, list[str]] = {}
    for use, columns in rules.list_uses():
        for name in list_names(columns):
            uses.setdefault(rules.find_base(name)[0], []).append(use)
    kept = [f"      {clean_text(name)}: {', '.join(dict.fromkeys(uses[name]))}" for name in seen if name in uses]
    if FILE in uses:
        kept.append(f"      the first word of the file's name: {', '.join(dict.fromkeys(uses[FILE]))}")
    left = [clean_text(name) for name in seen if name and name not in uses and FIRST not in name]
    return "\n".join(["columns", *kept, f"  left out: {', '.join(left) or 'none'}"])
