"""`make numbers`: counts everybody on the local stack now, and prints every figure as JSON; CSV=yes writes files too.

Each figure is a value with its interval, how many people it is of, and a sentence in the shop's language. With STAGE it
counts on AWS. The walk is that of each night, and names nobody; one that is under way is ended first.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from chalicelib.data_requests.csv_cells import write_table
from chalicelib.errors import RaceLostError
from chalicelib.fold.run import list_consumers
from chalicelib.fold.walk import walk_people
from chalicelib.models import utc_text
from chalicelib.numbers.counting import REASON, Sums, read_counted
from chalicelib.numbers.numbers import Numbers
from chalicelib.services import Services, current_services
from chalicelib.store.audit import EVERYBODY
from chalicelib.telling.numbers import tell_numbers
from chalicelib.telling.sheet import Line, Sheet
from chalicelib.telling.writer import strip_marks
from chalicelib.words import FALLBACK, list_languages
from infra.places import ROOT, show_path
from infra.staff.audit import note_reading
from infra.staff.stage import open_stage, stage_now

FOLDER = ROOT / "out" / "numbers"
COLUMNS = ("figure", "value", "low", "high", "people", "weeks", "sentence")
STEP = 2.0  # seconds between two lines of progress


def count_everybody(services: Services, now: datetime) -> None:
    """Walk over everybody, and say on stderr how far it is; after a walk that began before, once more."""
    while services.walks.read_row().began_at < utc_text(now) or services.walks.read_row().is_open:
        try:
            counts = walk_people(services, list_consumers(services), now, time.monotonic() + STEP)
        except RaceLostError:  # the scheduled function, or somebody at the desk, took this step
            time.sleep(STEP)
            continue
        unread = f", {counts['unread']} of them could not be read" if counts["unread"] else ""
        print(f"Counted so far: {counts['met']} customers{unread}.", file=sys.stderr)


def find_result(services: Services) -> Sums:
    """Return the result; end with a sentence where it cannot be read."""
    sums = read_counted(services)
    if sums is None:
        raise SystemExit("The result cannot be read. The next count makes it anew.")
    return sums


def describe_numbers(numbers: Numbers, sheets: Iterable[Sheet]) -> dict[str, Any]:
    """Return what is printed: who was counted, each question with its sentence and figures, and the whole result."""
    return {
        "counted_at": numbers.counted_at.isoformat(),
        "people": numbers.people,
        "restricted": numbers.restricted,
        "questions": {each.question: describe_sheet(each) for each in sheets},
        "result": numbers.model_dump(mode="json"),
    }


def describe_sheet(sheet: Sheet) -> dict[str, Any]:
    """Return a question with what the page says first, and its figures by path."""
    figures = {line.figure: list_values(line) for line in sheet.lines}
    return {"title": sheet.title, "sentence": strip_marks(sheet.lead), "figures": figures}


def list_values(line: Line) -> dict[str, Any]:
    """Return what is known of a figure."""
    values = {name: make_exact(getattr(line, name)) for name in COLUMNS[1:]}
    return {**values, "sentence": strip_marks(line.sentence)}


def make_exact(value: Any) -> Any:
    """Return a float as a decimal of six places: a cell of CSV takes these for numbers, and texts for what may run."""
    return round(Decimal(str(value)), 6) if isinstance(value, float) else value


def save_tables(sheets: Iterable[Sheet], folder: Path) -> list[Path]:
    """Write one CSV for each question; return where."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for sheet in sheets:
        rows: list[Mapping[str, Any]] = [{"figure": line.figure, **list_values(line)} for line in sheet.lines]
        paths.append(folder / f"{sheet.question}.csv")
        paths[-1].write_bytes(write_table(COLUMNS, rows))
    return paths


def choose_language(services: Services) -> str:
    """Return the shop's language, or English where there are no words in it."""
    language = services.settings.shop_language
    return language if language in list_languages() else FALLBACK


def main() -> int:
    parser = argparse.ArgumentParser(description="Count everybody, and print every figure.")
    parser.add_argument("--csv", default="", choices=("", "yes"))
    asked = parser.parse_args()
    with open_stage():
        services, now = current_services(), stage_now()
        note_reading(services, REASON, EVERYBODY, now)
        count_everybody(services, now)
        numbers = find_result(services).read_numbers()
        sheets = tell_numbers(numbers, choose_language(services))
    print(json.dumps(describe_numbers(numbers, sheets), ensure_ascii=False, indent=2, default=float))
    for path in save_tables(sheets, FOLDER) if asked.csv else ():
        print(f"Written: {show_path(path)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
