"""A person's record as files: JSON for programs, CSV for spreadsheets, one page for people."""

import json
from collections.abc import Mapping
from datetime import datetime

from chalicelib.data_requests.csv_cells import write_table
from chalicelib.data_requests.record import Section
from chalicelib.forms.interface import find_interface
from chalicelib.mails.language import find_mail_language
from chalicelib.models import Model
from chalicelib.pages.rendering import render_page
from chalicelib.words import FALLBACK, find_words, list_languages

PAGE, DATA = "data.html", "data.json"
MOST_ROWS = 300  # of one section on the page: a person does not read more; the other files hold all


class RecordWords(Model):
    """The page's words in one language; see words/en/record.toml."""

    title: str
    intro: str
    nothing: str
    newest: str
    sections: Mapping[str, str]


def find_record_words(language: str) -> RecordWords:
    """Return the words in a language that we speak."""
    return find_words(language, "record", RecordWords)


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
    """Return a page that loads nothing, runs no script and can be printed. A long section shows its newest rows."""
    spoken = language if language in list_languages() else FALLBACK
    words = find_record_words(spoken)
    return render_page(
        "record.html",
        words=find_interface(spoken),
        shop=shop,
        title=words.title.format(shop=shop),
        intro=words.intro.format(date=find_mail_language(spoken).write_day(now.date())),
        headings=words.sections,
        nothing=words.nothing,
        newest=words.newest,
        most=MOST_ROWS,
        sections=sections,
    )
