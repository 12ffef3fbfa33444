"""The shop's own files: `make check-shop` judges them all, `make new-form` and `make new-campaign` write a start."""

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from chalicelib import words
from chalicelib.campaigns import library as campaigns
from chalicelib.data_requests.readable.words import RecordWords
from chalicelib.desk.entries.script import read_script
from chalicelib.desk.words import DeskWords
from chalicelib.errors import DefinitionError
from chalicelib.forms import library as forms
from chalicelib.forms.definition import Form
from chalicelib.forms.interface import Interface
from chalicelib.forms.site import load_site
from chalicelib.forms.words import walk_words
from chalicelib.groups import library as groups
from chalicelib.mails import templates
from chalicelib.mails.language import MailLanguage
from chalicelib.models import Model
from chalicelib.pages.context import LinkWords
from chalicelib.pages.policy_words import PolicyWords
from chalicelib.pages.request_pages import PrivacyWords
from chalicelib.senders import form_maps
from chalicelib.shop import ages, dummies, own, products, purposes, referrals, retention
from chalicelib.shop.brand import load_brand
from chalicelib.telling.words import NumberWords
from chalicelib.words import Part, list_languages, list_missing, list_unknown
from infra.deploy.starts import write_start
from infra.places import show_path

# Each part of the words, and the model of the room that shows it.
SHAPES: dict[Part, type[Model]] = {
    "interface": Interface,
    "links": LinkWords,
    "requests": PrivacyWords,
    "policy": PolicyWords,
    "mails": MailLanguage,
    "record": RecordWords,
    "desk": DeskWords,
    "numbers": NumberWords,
}
PROMISE = "at most two emails a week"  # of the shipped consents


def list_readers() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every definition with what reads it, the shop's own and those that ship.

    Raise DefinitionError where it cannot be read what is switched off.
    """
    for name, path in own.list_files("forms", forms.DEFINITIONS).items():
        yield f"form {name}", lambda path=path: forms.load_form(path)  # type: ignore[misc]
    for name, path in own.list_files("campaigns", campaigns.DEFINITIONS).items():
        yield f"campaign {name}", lambda path=path: campaigns.load_campaign(path)  # type: ignore[misc]
    for name, path in own.list_files("groups", groups.DEFINITIONS).items():
        yield f"group {name}", lambda path=path: groups.load_group(path)  # type: ignore[misc]
    for name in own.list_files("mails", templates.TEMPLATES):
        yield f"mail {name}", lambda name=name: templates.find_template(name)  # type: ignore[misc]
    for sender in ("typeform", "tally"):
        for path in own.list_files(f"mappings/{sender}", form_maps.MAPPINGS / sender, "*.toml").values():
            yield f"mapping {sender}", lambda path=path: form_maps.load_mapping(path)  # type: ignore[misc]
    for language, (part, shape) in product(list_languages(), SHAPES.items()):
        pages = (words.FOLDER, own.FOLDER / "words")
        yield "words", lambda pages=pages, key=(language, part, shape): words.load_part(pages, *key)  # type: ignore[misc]
    yield "brand", lambda: load_brand(own.FOLDER)
    yield "on", campaigns.read_named
    yield "site", lambda: load_site(own.FOLDER)
    yield "telephone", read_script
    yield "campaigns of the shop", campaigns.load_shop
    yield "purposes", purposes.load_purposes
    yield "ages", ages.read_rules
    yield "retention", retention.load_retention
    yield "products", products.read_products
    yield "referrals", read_friends_form
    yield "dummies", lambda: dummies.load_dummies(dummies.FILE)


def read_friends_form() -> None:
    """Read what the shop says of friends; raise DefinitionError, also where the form that it names takes nobody."""
    found = referrals.read_referrals()
    form = forms.find_form(found.form) if found else None
    if found and (form is None or form.anonymous):
        names = ", ".join(each.name for each in forms.list_named())
        raise DefinitionError(f"{referrals.FILE}: form: no form of that name takes a name; there are {names}")


def list_mistakes() -> list[str]:
    """Return each mistake of a definition, with file, line and place."""
    if found := list_off_faults():
        return found  # which files count is not known
    for what, read in list_readers():
        try:
            read()
        except DefinitionError as fault:
            found.append(f"{what}: {fault}")
    return list(dict.fromkeys(found))


def list_off_faults() -> list[str]:
    """Return each mistake of off.toml, once."""
    found = []
    for kind, library in (("forms", forms), ("campaigns", campaigns), ("groups", groups)):
        try:
            own.list_files(kind, library.DEFINITIONS)
        except DefinitionError as fault:
            found.append(f"off: {fault}")
    return list(dict.fromkeys(found))


def tell_campaigns() -> str:
    """Return which campaigns run on AWS and which are off, in a sentence."""
    try:
        running = [campaign.name for campaign in campaigns.list_campaigns()]
        off = [campaign.name for campaign in campaigns.list_on_file() if campaign.name not in running]
    except DefinitionError:
        return "No campaign runs while one of their files has a mistake."
    named = f"Campaigns that run: {', '.join(running) or 'none'}."
    hint = f"{show_path(own.FOLDER)}/on.toml names those that shall run (docs/campaigns.md)"
    return f"{named} Off: {', '.join(off)}; {hint}." if off else named


def tell_cap() -> str:
    """Return that the shop's cap allows more mails than a shipped consent promises, or ""."""
    try:
        cap, preferences = campaigns.load_shop().cap, forms.load_form(forms.UNLISTED / "preferences.toml")
        asking = [form.name for form in (*forms.list_named(), preferences) if promises_two(form)]
    except DefinitionError:
        return ""
    if not asking or 7 * cap.mails <= 2 * cap.days:
        return ""
    allowed = f"The cap of _shop.toml allows {cap.mails} mails within {cap.days} days"
    return f"{allowed}; the consents of these forms promise two a week at most: {', '.join(asking)} (docs/forms.md)."


def promises_two(form: Form) -> bool:
    return any(PROMISE in words["en"] for _, words in walk_words(form))


def check_shop() -> int:
    """Print what is there, which campaigns run, what is wrong, and what a language lacks."""
    logging.disable(logging.ERROR)  # each mistake is printed below, once
    mistakes = list_mistakes()
    logging.disable(logging.NOTSET)
    files = sorted(path for path in own.FOLDER.rglob("*.toml"))
    print(f"{len(files)} of the shop's own in {show_path(own.FOLDER)}/.")
    print(tell_campaigns())
    print("A running campaign may be stopped at the desk: `make report CAMPAIGN=...` says so (docs/desk.md).")
    if told := tell_cap():
        print(told)
    for mistake in mistakes:
        print(f"  {mistake}", file=sys.stderr)
    for language in list_languages() if not any(each.startswith("words: ") for each in mistakes) else ():
        if lacking := list_missing(language):
            print(f"  {language} lacks {len(lacking)} words, which stand there in English: {', '.join(lacking[:5])}")
        if unknown := list_unknown(language, SHAPES):
            print(f"  {language} has words that nothing shows (any more): {', '.join(unknown)}")
    return int(bool(mistakes))


def main() -> int:
    parser = argparse.ArgumentParser(description="The shop's own files.")
    parser.add_argument("what", choices=("check", "form", "campaign"))
    parser.add_argument("--name", default="")
    parser.add_argument("--today", default="")
    asked = parser.parse_args()
    if asked.what == "check":
        return check_shop()
    return write_start(asked.what, asked.name, asked.today)


if __name__ == "__main__":
    sys.exit(main())
