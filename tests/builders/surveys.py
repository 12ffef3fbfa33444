"""Anonymous surveys of a shop's own: their files, pages that are answered, what is stored. Builders for tests."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from chalicelib.forms.library import find_form
from chalicelib.forms.validation import validate_form
from chalicelib.forms.values import Occasion
from chalicelib.models import utc_text
from chalicelib.senders.anonymous import make_anonymous
from chalicelib.settling.dispatch import settle_item
from infra.local.proxy import EPOCH
from tests.builders.form_posts import FORM, PAGE, read_token
from tests.builders.own import write_own

# DynamoDB Local removes what has expired by the machine's own clock: surveys of tests are answered far ahead.
START = datetime(2080, 3, 5, 10, 17, 23, 456_789, tzinfo=UTC)  # a Tuesday
SITE = "http://127.0.0.1:8000"
LANGUAGES = ("en", "hi", "bn", "kk", "fa")
FRAME = {
    "title": ("How was the week?", "हफ़्ता कैसा रहा?", "সপ্তাহটা কেমন গেল?", "Апта қалай өтті?", "هفته چطور بود؟"),
    "intro": ("Two questions.", "दो सवाल।", "দুটি প্রশ্ন।", "Екі сұрақ.", "دو پرسش."),
    "submit": ("Send", "भेजें", "পাঠান", "Жіберу", "فرستادن"),
    "thanks_title": ("Thank you", "धन्यवाद", "ধন্যবাদ", "Рақмет", "سپاس"),
    "thanks": ("It is counted.", "गिन लिया गया।", "গোনা হয়েছে।", "Есепке алынды.", "شمرده شد."),
}
LABELS = {
    "tea": ("Which tea?", "कौन-सी चाय?", "কোন চা?", "Қай шай?", "کدام چای؟"),
    "green": ("Green", "हरी", "সবুজ", "Көк", "سبز"),
    "black": ("Black", "काली", "কালো", "Қара", "سیاه"),
    "white": ("White", "सफ़ेद", "সাদা", "Ақ", "سفید"),
    "score": ("How likely?", "कितनी संभावना?", "কতটা সম্ভাবনা?", "Қаншалықты мүмкін?", "چقدر احتمال دارد؟"),
    "why": ("Why?", "क्यों?", "কেন?", "Неге?", "چرا؟"),
    "order": ("What first?", "पहले क्या?", "আগে কী?", "Алдымен не?", "اول چه؟"),
    "like": ("What do you like?", "क्या पसंद है?", "কী পছন্দ?", "Не ұнайды?", "چه دوست دارید؟"),
}


def write_words(key, texts):
    return "".join(f'{key}.{language} = "{text}"\n' for language, text in zip(LANGUAGES, texts, strict=True))


def write_field(name, kind, options=(), **keys):
    """Return one question as a file has it."""
    given = {"personal": False, **keys}
    lines = [f'[[fields]]\nname = "{name}"\ntype = "{kind}"\n', write_words("label", LABELS[name])]
    lines += [f"{key} = {str(value).lower()}\n" for key, value in given.items()]
    for option in options:
        lines += [f'[[fields.options]]\nvalue = "{option}"\n', write_words("label", LABELS[option])]
    return "".join(lines)


TEAS = ("green", "black", "white")
QUESTIONS = (write_field("score", "score"), write_field("tea", "choice", TEAS))


def write_survey(folder, name="mood", grade="no-link", fields=None, more=""):
    """Write an anonymous survey into the folder of the shop's own files."""
    asked = fields or (*QUESTIONS, *([write_field("why", "long_text")] if grade == "no-link" else []))
    frame = "".join(write_words(key, texts) for key, texts in FRAME.items())
    head = f'kind = "survey"\nversion = "2080-01-01"\nanonymous = "{grade}"\n{more}\n'
    write_own(folder, f"forms/{name}.toml", head + frame + "\n".join(asked))


def write_poll(folder, name="tea-poll"):
    """Write a poll of one question."""
    write_survey(folder, name, "counts-only", [write_field("tea", "choice", TEAS)], "poll = true\n")


def set_time(api, moment):
    api.millis = int((moment - EPOCH).total_seconds() * 1000)


def open_form(api, name="mood", **headers):
    """Open a form's page; return its page token."""
    return read_token(api.call("GET", f"/forms/{name}?lang=en", accept=PAGE, **headers))


def answer(api, name="mood", token="", language="en", wait=5, **values):
    """Open a page and post it some seconds later, as a browser does; return the answer."""
    token = token or open_form(api, name)
    api.millis += wait * 1000
    sent = urlencode({"page_token": token, "language": language, **values}, doseq=True).encode()
    return api.post(f"/forms/{name}", sent, accept=PAGE, content_type=FORM, origin=SITE)


def settle_all(shop, now):
    """Settle what waits."""
    services = shop.services()
    keys = [row["pk"]["S"] for row in shop.read_all("inbox") if row["state"]["S"] == "new"]
    return [settle_item(key, services, now) for key in keys]


def take_answer(shop, name, now=START, page="", **values):
    """Accept and settle an answer without a request; return its outcome."""
    form = find_form(name)
    clean = validate_form(form, values, language="en", shop="Corner Shop", occasion=Occasion("GB", now.date()))
    key = shop.accept(make_anonymous(clean, page or f"{utc_text(now)}{values}{len(shop.read_all('inbox'))}", now))
    return settle_item(key, shop.services(), now)
