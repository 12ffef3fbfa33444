"""The privacy page, rendered from the same facts that it also gives as JSON (`policy_facts`)."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from chalicelib.config import Settings
from chalicelib.forms.interface import Interface, find_interface
from chalicelib.mails.language import find_mail_language
from chalicelib.pages.form_page import list_switches
from chalicelib.pages.policy_words import PolicyWords, find_policy_words
from chalicelib.pages.rendering import render_page
from chalicelib.shop.brand import name_shop

ISOLATE, AS_BEFORE = "\u2066", "\u2069"  # a Persian line would read the day's first number as part of the version


def render_policy(facts: Mapping[str, Any], settings: Settings, *, address: str) -> str:
    """Return the page in the language of the facts."""
    language = facts["language"]
    words, shop = find_policy_words(language), facts["controller"]["name"]
    region, sold_to = facts["recipients"]["region"], facts["recipients"]["sold_to"]
    interface = find_interface(language)
    return render_page(
        "policy.html",
        words=interface,
        own=words,
        shop=shop,
        title=words.title.format(shop=interface.isolate(shop)),
        address=address,
        switches=list_switches(),
        facts=facts,
        written=words.version.format(
            version=f"{ISOLATE}{facts['version']}{AS_BEFORE}", date=write_version(facts["date"], language)
        ),
        contents=list_contents(words),
        quote_consent=partial(quote_consent, settings=settings),
        write_version=partial(write_version, language=language),
        gist=write_gist(facts["kept"], words),
        sold_words=words.sold.format(names=join_names(sold_to, interface)) if sold_to else words.sold_not,
        titles={each["name"]: each["title"] for each in facts["purposes"]},
        kept=group_periods(facts["kept"]),
        downstream=words.downstream.format(names=join_names(facts["recipients"]["downstream"], interface)),
        region=words.region.format(region=interface.isolate(region)) if region else words.here,
    )


def quote_consent(words: str, language: str, settings: Settings) -> str:
    """Return the words of a consent, of which the facts have no marks, with the shop's name marked."""
    shop = name_shop(settings, language)
    return words.replace(shop, find_interface(language).isolate(shop))


def join_names(names: Iterable[str], interface: Interface) -> str:
    """Return names of systems and companies as one text."""
    return interface.between.join(map(interface.isolate, names))


def list_contents(words: PolicyWords) -> list[tuple[str, str]]:
    """Return the anchors of the page's sections with their titles, in the order shown."""
    return [
        ("who", words.who_title),
        ("rights", words.rights_title),
        ("collected", words.collected_title),
        ("purposes", words.purposes_title),
        ("kept", words.kept_title),
        ("recipients", words.recipients_title),
    ]


def write_gist(kept: list[Mapping[str, Any]], words: PolicyWords) -> str:
    """Return in a sentence how long a record is kept."""
    spans = [each["how_long"] for each in kept if each["name"] == "inactive"]
    return words.kept_gist.format(span=spans[0]) if spans else words.kept


def write_version(version: str, language: str) -> str:
    """Write a version, such as `2026-05-01.2`, as the day that it is of and its number on that day."""
    spoken = find_mail_language(language)
    day, _, number = version.partition(".")
    written = spoken.write_day(date.fromisoformat(day))
    return f"{written} · {spoken.write_digits(number)}" if number else written


def group_periods(kept: list[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return the periods of each place under its words, in the order of their first lines."""
    places = list(dict.fromkeys(each["store"] for each in kept))
    ordered = sorted(kept, key=lambda each: places.index(each["store"]))
    return [(words, list(each)) for words, each in groupby(ordered, key=lambda each: each["store_words"])]
