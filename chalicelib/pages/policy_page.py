"""The privacy page, rendered from the same facts that it also gives as JSON (`policy_facts`)."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from chalicelib.forms.interface import find_interface
from chalicelib.mails.language import find_mail_language
from chalicelib.pages.form_page import list_switches
from chalicelib.pages.policy_words import find_policy_words
from chalicelib.pages.rendering import render_page

ISOLATE, AS_BEFORE = "\u2066", "\u2069"  # a Persian line would read the day's first number as part of the version


def render_policy(facts: Mapping[str, Any], *, address: str) -> str:
    """Return the page in the language of the facts."""
    language = facts["language"]
    words, shop = find_policy_words(language), facts["controller"]["name"]
    region = facts["recipients"]["region"]
    written = find_mail_language(language).write_day(date.fromisoformat(facts["date"]))
    return render_page(
        "policy.html",
        words=find_interface(language),
        own=words,
        shop=shop,
        title=words.title.format(shop=shop),
        address=address,
        switches=list_switches(),
        facts=facts,
        written=words.version.format(version=f"{ISOLATE}{facts['version']}{AS_BEFORE}", date=written),
        titles={each["name"]: each["title"] for each in facts["purposes"]},
        kept=group_periods(facts["kept"]),
        region=words.region.format(region=region) if region else words.here,
    )


def group_periods(kept: list[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return the periods of each place under its words, in the order of their first lines."""
    places = list(dict.fromkeys(each["store"] for each in kept))
    ordered = sorted(kept, key=lambda each: places.index(each["store"]))
    return [(words, list(each)) for words, each in groupby(ordered, key=lambda each: each["store_words"])]
