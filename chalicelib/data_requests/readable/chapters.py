"""The chapters of the readable copy, in their order, and the kinds of rows that each is made of."""

from collections.abc import Iterable

from chalicelib.data_requests.readable.audit import build_others, build_readings
from chalicelib.data_requests.readable.consents import build_consents
from chalicelib.data_requests.readable.entries import build_entries
from chalicelib.data_requests.readable.history import build_history
from chalicelib.data_requests.readable.mails import build_mails
from chalicelib.data_requests.readable.orders import build_orders
from chalicelib.data_requests.readable.parts import Builder, Chapter, Record
from chalicelib.data_requests.readable.shop_view import build_view
from chalicelib.data_requests.readable.waiting import build_waiting
from chalicelib.data_requests.readable.who import build_who
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.values import Row

MOST_ROWS = 2_000  # of one kind on the page: a person does not read more; the other files hold all
CHAPTERS: tuple[tuple[str, tuple[str, ...], Builder], ...] = (
    ("who", ("fields", "identities"), build_who),
    ("agreed", ("consents", "consent_history"), build_consents),
    ("orders", ("orders", "refunds"), build_orders),
    ("sent", ("entries",), build_entries),
    ("mails", ("mails",), build_mails),
    ("view", ("person",), build_view),
    ("waits", ("campaigns", "requests", "stops"), build_waiting),
    ("readers", ("readings",), build_readings),
    ("history", ("history",), build_history),
)
PLACED = {section for _, sections, _ in CHAPTERS for section in sections}


def list_chapters(rows: Record, writer: Writer) -> list[Chapter]:
    """Return the chapters of a record; one of a kind that was not gathered is left out, and so are other details."""
    cut = {name: found[-MOST_ROWS:] for name, found in rows.items()}
    made = [
        make_chapter(name, builder, cut, sections, rows, writer)
        for name, sections, builder in CHAPTERS
        if any(section in rows for section in sections)
    ]
    rest = {name: found for name, found in cut.items() if name not in PLACED and found}
    others = [make_chapter("others", build_others, rest, rest, rows, writer)] if rest else []
    return [*made[:-1], *others, *made[-1:]]


def make_chapter(
    name: str, builder: Builder, cut: Record, sections: Iterable[str], rows: Record, writer: Writer
) -> Chapter:
    """Return one chapter, with a hint where it shows the newest rows alone."""
    words = writer.words
    hints = [words.hints.get(name, ""), *(note_cut(rows.get(section, ()), writer) for section in sections)]
    return Chapter(name, words.chapters[name], tuple(hint for hint in hints if hint), tuple(builder(cut, writer)))


def note_cut(rows: tuple[Row, ...], writer: Writer) -> str:
    """Return the sentence that says how many of a long list are shown, "" where all are."""
    if len(rows) <= MOST_ROWS:
        return ""
    shown, count = writer.write_number(MOST_ROWS), writer.write_number(len(rows))
    return writer.words.newest.format(shown=shown, count=count)
