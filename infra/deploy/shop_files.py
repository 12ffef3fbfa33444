"""The shop's own files: `make check-shop` judges them all, `make new-form` and `make new-campaign` write a start."""

import argparse
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chalicelib.campaigns import library as campaigns
from chalicelib.errors import DefinitionError
from chalicelib.forms import library as forms
from chalicelib.forms.site import load_site
from chalicelib.mails import templates
from chalicelib.senders import form_maps
from chalicelib.shop import ages, dummies, own, purposes, retention
from chalicelib.shop.brand import load_brand
from chalicelib.words import list_languages, list_missing
from infra.places import show_path

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
FORM = """# {name}. Every key is explained in docs/forms.md.

kind = "response"            # sign-up, pre-order, warranty, survey or response
version = "{today}"

[title]
en = "Ask us anything"       # one line for each language that the form shall speak

[intro]
en = "We answer within a day."

[submit]
en = "Send"

[thanks_title]
en = "Thank you"

[thanks]
en = "We have your question."

[[fields]]
name = "question"
type = "long_text"
personal = true              # does the answer say something about a person?
required = true
label.en = "Your question"

[[fields]]
name = "email"
type = "email"
personal = true
place = "profile"
label.en = "E-mail, for our answer"
"""
CAMPAIGN = """# {name}. Every key is explained in docs/campaigns.md.

kind = "marketing"
template = "win-back"        # the mail: chalicelib/mails/templates/, or your own in chalicelib/own/mails/
good_for_days = 14
cooldown_days = 90
holdout_share = 0.1          # one in ten gets none, so that it can be measured

[when]
trigger = "inactive"
days = 60

[offer]
percent = 10
codes = "shared"             # docs/offers.md says where codes can come from
code = "COMEBACK10"          # set it up in your shop before the first mail leaves
expires_days = 14
most_spent = 200
expected_cost = 1.50
"""


def list_readers() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every definition with what reads it, the shop's own and those that ship.

    Raise DefinitionError where it cannot be read what is switched off.
    """
    for name, path in own.list_files("forms", forms.DEFINITIONS).items():
        yield f"form {name}", lambda path=path: forms.load_form(path)  # type: ignore[misc]
    for name, path in own.list_files("campaigns", campaigns.DEFINITIONS).items():
        yield f"campaign {name}", lambda path=path: campaigns.load_campaign(path)  # type: ignore[misc]
    for name in own.list_files("mails", templates.TEMPLATES):
        yield f"mail {name}", lambda name=name: templates.find_template(name)  # type: ignore[misc]
    for sender in ("typeform", "tally"):
        for path in own.list_files(f"mappings/{sender}", form_maps.MAPPINGS / sender, "*.toml").values():
            yield f"mapping {sender}", lambda path=path: form_maps.load_mapping(path)  # type: ignore[misc]
    yield "brand", lambda: load_brand(own.FOLDER)
    yield "site", lambda: load_site(own.FOLDER)
    yield "campaigns of the shop", campaigns.load_shop
    yield "purposes", purposes.load_purposes
    yield "ages", ages.read_rules
    yield "retention", retention.load_retention
    yield "dummies", lambda: dummies.load_dummies(dummies.FILE)


def list_mistakes() -> list[str]:
    """Return each mistake of a definition, with file, line and place."""
    try:
        own.read_off(own.FOLDER)
    except DefinitionError as fault:
        return [f"off: {fault}"]  # which files count is not known
    found = []
    for what, read in list_readers():
        try:
            read()
        except DefinitionError as fault:
            found.append(f"{what}: {fault}")
    return list(dict.fromkeys(found))


def check_shop() -> int:
    """Print what is there, what is wrong, and what a language lacks."""
    logging.disable(logging.ERROR)  # each mistake is printed below, once
    mistakes = list_mistakes()
    logging.disable(logging.NOTSET)
    files = sorted(path for path in own.FOLDER.rglob("*.toml"))
    print(f"{len(files)} of the shop's own in {show_path(own.FOLDER)}/.")
    for mistake in mistakes:
        print(f"  {mistake}", file=sys.stderr)
    for language in list_languages():
        if lacking := list_missing(language):
            print(f"  {language} lacks {len(lacking)} words, which stand there in English: {', '.join(lacking[:5])}")
    return int(bool(mistakes))


def write_start(kind: str, name: str, text: str, today: str) -> int:
    """Write a commented start of a definition, and never over one that is there."""
    if not NAME.fullmatch(name):
        print("NAME=... has small letters, digits and hyphens, such as NAME=spring.", file=sys.stderr)
        return 2
    path: Path = own.FOLDER / kind / f"{name}.toml"
    if path.exists():
        print(f"{show_path(path)} is there already.", file=sys.stderr)
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("{name}", name).replace("{today}", today), "utf-8")
    print(f"{show_path(path)}: change it, then `make check-shop`.")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="The shop's own files.")
    parser.add_argument("what", choices=("check", "form", "campaign"))
    parser.add_argument("--name", default="")
    parser.add_argument("--today", default="")
    asked = parser.parse_args()
    if asked.what == "check":
        return check_shop()
    text = FORM if asked.what == "form" else CAMPAIGN
    return write_start(f"{asked.what}s", asked.name, text, asked.today)


if __name__ == "__main__":
    sys.exit(main())
