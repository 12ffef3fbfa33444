"""A person's record as files: JSON for programs, CSV for spreadsheets, one page for people."""

import json
from datetime import datetime

from chalicelib.data_requests.csv_cells import write_table
from chalicelib.data_requests.readable.chapters import list_chapters
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.record import Section
from chalicelib.pages.rendering import render_page
from chalicelib.text import isolate_text
from chalicelib.words import FALLBACK, list_languages

PAGE, DATA = "data.html", "data.json"


def write_files(sections: tuple[Section, ...], *, language: str, shop: str, now: datetime) -> dict[str, bytes]:
    """Return the files by name."""
    tables = {f"csv/{each.name}.csv": write_table(each.columns, each.rows) for each in sections if each.rows}
    return {
        PAGE: write_page(sections, language=language, shop=shop, now=now).encode("utf-8", "replace"),
        DATA: write_json(sections).encode("utf-8", "replace"),
        **tables,
    }


def write_json(sections: tuple[Section, ...]) -> str:
    """Return everything as one JSON object, by section; money as text, so that no program rounds it."""
    rows = {section.name: section.rows for section in sections}
    return json.dumps(rows, ensure_ascii=False, indent=1, default=str) + "\n"


def write_page(sections: tuple[Section, ...], *, language: str, shop: str, now: datetime) -> str:
    """Return a page that loads nothing, runs no script and can be printed."""
    spoken = language if language in list_languages() else FALLBACK
    writer = Writer(spoken, shop)
    words = writer.words
    return render_page(
        "record.html",
        words=writer.interface,
        own=words,
        shop=shop,
        title=words.title.format(shop=shop),
        intro=words.intro.format(date=writer.mail.write_day(now.date())),
        chapters=list_chapters({section.name: section.rows for section in sections}, writer),
        data=isolate_text(DATA),
    )
