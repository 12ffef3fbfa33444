"""`make preview`: writes every mail in every language to out/mails/ as it would be sent, and a page that shows them.

The style is put into the templates first, so that a change in mail.css is seen at once.
"""

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from chalicelib.mails.mail import Mail
from chalicelib.mails.rendering import render_mail
from chalicelib.mails.templates import find_template, list_templates
from chalicelib.mails.words import Figures, MailWords, Offer, Reason, Tip
from chalicelib.models import RequestKind
from chalicelib.numbers.changes import choose_changes, compare_counts
from chalicelib.shop.brand import choose_words, find_brand
from chalicelib.store.links import SEPARATOR
from chalicelib.telling.changes import tell_change
from chalicelib.telling.numbers import find_teller
from chalicelib.words import list_languages
from infra.deploy.inline_css import write_templates
from infra.places import ROOT, show_path
from infra.target import require_local

FOLDER = ROOT / "out" / "mails"
SITE = "https://regulars.example.com"
NAMES = {"en": "Asha Rao", "hi": "आशा राव", "bn": "রহিমা খাতুন", "kk": "Әсел Нұрланқызы", "fa": "مریم رضایی"}
MONEY = {"hi": ("INR", "250"), "bn": ("BDT", "300"), "kk": ("KZT", "2500"), "fa": ("EUR", "7.50")}
WORKSHOP = ROOT / "docs" / "examples" / "workshop" / "workshop.toml"
REASONS: dict[str, Reason] = {"welcome": "signed_up", "pre-order-shipped": "served", "weekly": "desk"}
NUMBER = "K7F-3MQ9"
ENTRIES: dict[str, dict[str, Any]] = {
    "pre-order-received": {"number": NUMBER, "product": "Teapot", "quantity": 2, "day": date(2026, 12, 24)},
    "staff-entry-received": {"number": NUMBER},
    "warranty-received": {"number": NUMBER, "product": "Kettle 3000", "day": date(2026, 11, 22)},
}
NEEDED: dict[str, Any] = {"bought": "Colombia 250 g", "day": date(2026, 11, 2), "again_days": 28}
SUGGESTED = ("House blend", "Filter papers", "Cup")
TIPS = {
    "en": "Brush it once a month, and never wash it.",
    "hi": "इसे महीने में एक बार ब्रश से साफ़ करें, पानी से कभी नहीं।",
    "bn": "মাসে একবার ব্রাশ দিয়ে পরিষ্কার করুন, কখনো ধোবেন না।",
    "kk": "Айына бір рет щеткамен тазалаңыз, ешқашан жумаңыз.",
    "fa": "ماهی یک بار با برس تمیزش کنید و هرگز نشویید.",
}
CODE = "K7X4MT"
STYLE = (
    "body{font:16px/1.5 system-ui;margin:2rem;color-scheme:light dark}h2{margin-block:2.5rem .5rem}"
    ".row{display:flex;gap:1rem;overflow-x:auto}figure{margin:0;flex:none}"
    "iframe{width:360px;height:46rem;border:1px solid #999;border-radius:8px}figcaption{padding-block:.25rem}"
)


def invent_words(template: str, language: str, *, plain: bool = False) -> MailWords:
    """Return invented words for a mail; `plain` leaves out every optional part."""
    marketing = find_template(template).marketing
    chooses = marketing and template != "weekly"  # which goes to owners, not to customers
    currency, amount = MONEY.get(language, ("EUR", "5"))
    address = choose_words(find_brand().address, language) or "12 High Street\nLondon N1 2AB"
    by_amount, asks = template == "post-purchase", template == "survey-invitation"
    page = "answer/survey" if asks else "go"
    offer = Offer(
        percent=0 if by_amount else 15,
        amount=Decimal(amount) if by_amount else Decimal(0),
        currency=currency if by_amount else "",
        code="K7XQM3TD",
        expires=date(2026, 12, 24),
    )
    return MailWords(
        shop_name=choose_words(find_brand().name, language) or "Corner Shop",
        shop_url="" if plain else "https://shop.example.com/",
        shop_address=address if "shop_address" in find_template(template).list_needs() else "",
        person_name="" if plain else NAMES.get(language, ""),
        offer=None if plain or asks or template in ("pre-order-shipped", "weekly", *ENTRIES) else offer,
        link="" if plain and "link" not in find_template(template).needs else f"{SITE}/{page}/3kTq0fXw9ZpLr2",
        form="survey" if asks and not plain else "",
        unsubscribe_url=f"{SITE}/unsubscribe/3kTq0fXw9ZpLr2" if marketing else "",
        privacy_url=f"{SITE}/privacy?lang={language}",
        preferences_url=f"{SITE}/preferences/3kTq0fXw9ZpLr2" if chooses and not plain else "",
        reason=REASONS.get(template, "bought" if marketing else "asked"),
        confirm_url="" if marketing else f"{SITE}/confirm/3kTq0fXw9ZpLr2Hc7Vd1mYb8",
        code=CODE if template == "request" else "",
        request=RequestKind.ERASE if template == "request" else None,
        suggested=SUGGESTED if find_template(template).suggests and not plain else (),
        friend_link=f"{SITE}/forms/sign-up?friend_code=PGDPPRXG9FJ"
        if find_template(template).friends and not plain
        else "",
        tips=invent_tips(language) if find_template(template).tips and not plain else (),
        **(NEEDED if "bought" in find_template(template).needs else {}),
        **({"figures": invent_figures(language, plain=plain)} if template == "weekly" else {}),
        **(describe_workshop(language) if template == "parent" else {}),
        **(ENTRIES.get(template, {}) if not plain else {"number": NUMBER}),
    )


def invent_tips(language: str) -> tuple[Tip, ...]:
    """Return an invented tip in a language."""
    return (Tip(product="Grinder", text=TIPS.get(language, TIPS["en"])),)


def invent_figures(language: str, *, plain: bool) -> Figures:
    """Return invented figures of the weekly mail; `plain` has none that can be compared."""
    if plain:
        return Figures(counted=date(2026, 11, 30))
    teller = find_teller(language)
    digest = choose_changes(
        [compare_counts("buyers", 64, 38), compare_counts("first", 9, 4), compare_counts("joined", 71, 69)]
    )
    changed, steady = (tuple(tell_change(each, teller) for each in found) for found in (digest.changed, digest.steady))
    return Figures(changed=changed, steady=steady, compared=digest.compared, counted=date(2026, 11, 30))


def describe_workshop(language: str) -> dict[str, str]:
    """Return the title and the answered questions of a child's form, from the example form for children."""
    form = tomllib.loads(WORKSHOP.read_text("utf-8"))
    answers = (speak(field["label"], language) for field in form["fields"][:3])
    return {"title": speak(form["title"], language), "answers": SEPARATOR.join(answers)}


def speak(words: dict[str, str], language: str) -> str:
    """Return words in a language, or in English where the example lacks it: a shop may have added a language."""
    return words.get(language, words["en"])


def render_all() -> Iterator[tuple[str, Mail]]:
    """Yield every mail with its name, e.g. `win-back.fa` and, without any optional part, `win-back.fa.plain`."""
    for template in list_templates():
        for language in list_languages():
            yield f"{template}.{language}", render_mail(template, language, invent_words(template, language))
            bare = invent_words(template, language, plain=True)
            yield f"{template}.{language}.plain", render_mail(template, language, bare)


def write_mails(folder: Path) -> Path:
    """Write all mails and the page that shows them; return that page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.html"), *folder.glob("*.txt")):
        old.unlink()
    shown = []
    for name, mail in render_all():
        (folder / f"{name}.html").write_text(mail.html, "utf-8")
        (folder / f"{name}.txt").write_text(f"{mail.subject}\n{mail.preview}\n\n{mail.text}", "utf-8")
        shown.append((name, mail))
    index = folder / "index.html"
    index.write_text(build_index(shown), "utf-8")
    return index


def build_index(shown: list[tuple[str, Mail]]) -> str:
    """Return the page: a row for each mail, a column for each language."""
    rows: dict[str, list[str]] = {}
    for name, mail in shown:
        template, _, rest = name.partition(".")
        language, _, plain = rest.partition(".")
        rows.setdefault(f"{template} {plain}".strip(), []).append(
            f"<figure lang={language}><figcaption><strong>{escape(mail.subject)}</strong><br>{escape(mail.preview)}<br>"
            f"<a href='{name}.html'>alone</a> <a href='{name}.txt'>as text</a></figcaption>"
            f"<iframe sandbox src='{name}.html' title='{name}'></iframe></figure>"
        )
    body = "".join(f"<h2>{row}</h2><div class=row>{''.join(figures)}</div>" for row, figures in rows.items())
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Mails</title><style>{STYLE}</style>"
    return f"{head}<main><h1>Mails</h1>{body}</main>"


if __name__ == "__main__":
    require_local()
    write_templates()
    print(show_path(write_mails(FOLDER)))
