"""What a reader of a page sees. Builders for tests."""

import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser

from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.readable.mails import name_campaign
from chalicelib.data_requests.readable.reasons import explain_because, explain_reading
from chalicelib.data_requests.readable.technical import is_unsaid
from chalicelib.data_requests.readable.words import RecordWords, find_record_words
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.forms.interface import find_interface
from chalicelib.forms.library import list_readable
from chalicelib.mails.language import SYMBOLS
from chalicelib.models import (
    Consent,
    ConsentState,
    EntryMark,
    Grade,
    HeldValue,
    MailNote,
    MailState,
    OrderMark,
    OrderState,
    Profile,
)
from chalicelib.pages.policy_words import find_policy_words
from chalicelib.pages.request_pages import find_request_words
from chalicelib.senders.ses import FACTS
from chalicelib.shop.purposes import load_purposes
from chalicelib.words import list_languages

ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


class Visible(HTMLParser):
    """Collects the visible text of a page."""

    def __init__(self):
        super().__init__()
        self.hidden, self.parts = 0, []

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "title")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "title")
        self.parts.append(" ")

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def read_visible(page: str) -> str:
    """Return the visible text of a page, one space between words, without marks of direction."""
    seen = Visible()
    seen.feed(page)
    return clean_text("".join(seen.parts))


def clean_text(text: str) -> str:
    return " ".join(text.translate(ISOLATES).split())


TABLES = [name for name, field in RecordWords.model_fields.items() if field.annotation is not str]
CONTEXT = {  # yes or no that a column says in words of its own
    "used": lambda value, words: words.unused,
    "proven": lambda value, words: words.grades["confirmed"],
    "marketing": lambda value, words: words.kinds["marketing" if value else "service"],
}


def walk_leaves(section, value, name=""):
    """Yield (column, value) of what data.json holds of a section and the page must say."""
    # The words of a topic of ours say sender and kind.
    if section == "history" and isinstance(value, dict) and value["sender"] in ("link", "outreach", "privacy", "ses"):
        yield "event", FACTS.get(value["topic"], f"{value['sender']}-{value['topic']}")
        value = {key: part for key, part in value.items() if key not in ("sender", "kind")}
    if isinstance(value, dict):
        for key, part in value.items():
            if section == "orders" and key == "refunds":  # their ids are technical, their amounts are said
                yield from (("amount", amount) for amount in part.values())
            elif key == "items":
                yield from walk_leaves("orders.items", part, key)
            elif key == "values" and value.get("kind") == "cart":
                yield from walk_leaves("entries.cart", part)
            elif not is_unsaid(section, key, part):
                yield from walk_leaves(section, part, key)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from walk_leaves(section, part, name)
    elif value not in (None, ""):
        yield name, value


def list_wordings(name, value, language, shop):
    """Return the texts of which a page shows one for a value: itself, a number, day or time, or any word for it."""
    writer, words, text = Writer(language, shop), find_record_words(language), str(value)
    head, _, rest = text.partition(":")
    told = [text, writer.write_value(value), text.replace("_", " "), text.replace("-", " "), SYMBOLS.get(text, "")]
    told += [
        getattr(words, table)[key].partition("{")[0]
        for table in TABLES
        for key in (text, head, f"{head}-{rest}")
        if key in getattr(words, table)
    ]
    told += [writer.write_number(text)] if re.fullmatch(r"-?\d+(\.\d+)?", text) else []
    told += [find_policy_words(language).sources.get(head, ""), rest if head == "form" else ""]
    told += [find_interface(text).language_name] if text in list_languages() else []
    told += [each.title[language] for purpose, each in load_purposes().purposes.items() if purpose == text]
    told += [each.title for kind, each in find_request_words(language).kinds.items() if kind == text]
    told += [name_campaign(text, writer)] if name == "campaign" else []
    told += [explain_because(text, writer)] if name in ("because", "status_because") else []
    told += [explain_reading(text, writer)[0]] if name == "why" else []
    told += [CONTEXT[name](value, words)] if name in CONTEXT else []
    told += list_form_words(text, language)
    return [each for each in map(clean_text, told) if each]


def list_form_words(text, language):
    """Yield the titles, labels and options of forms that a value may stand for."""
    for form in list_readable():
        if text in (form.name, f"form:{form.name}"):
            yield form.title[language]
        for field in form.fields:
            if field.name == text:
                yield field.label[language]
            yield from (option.label[language] for option in field.options if option.value == text)


def list_unsaid(sections, language, shop, now):
    """Return what the JSON of a record holds and its page does not say, as (section, column, value)."""
    files = write_files(sections, language=language, shop=shop, now=now)
    page, record = read_visible(files["data.html"].decode()), json.loads(files["data.json"])
    return [
        (section, name, value)
        for section, rows in record.items()
        for name, value in walk_leaves(section, rows)
        if not any(each in page for each in list_wordings(name, value, language, shop))
    ]


def a_busy_profile(now, bought=12):
    """Return a profile that every trigger finds a reason in: orders, a warranty, a pre-order, mails, a yes."""
    days = [now - timedelta(days=3 * step + 1) for step in range(bought)]
    kinds = ("warranty", "pre-order", "pre-order-shipped", "taken")
    yes = Consent(purpose="marketing", state=ConsentState.GIVEN, at=now - timedelta(days=300), channel="form:sign-up")
    mail = MailNote(campaign="welcome", occasion="welcome:0", state=MailState.SENT, at=now - timedelta(days=2))
    return Profile(
        customer_id="c-1",
        fields={"email": HeldValue(value="a@example.org", at=now, source="form:sign-up", grade=Grade.CONFIRMED)},
        consents={"marketing": yes},
        joined={"marketing": yes.at},
        latest={str(day): OrderMark(placed_at=day, state=OrderState.PAID, items=("Tea",)) for day in days},
        marks={kind: EntryMark(kind=kind, at=now - timedelta(days=9), day=date(2025, 1, 9)) for kind in kinds},
        mails={str(step): mail.model_copy(update={"occasion": str(step)}) for step in range(3)},
    )
