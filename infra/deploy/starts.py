"""Commented starts of definitions of the shop's own; a campaign that ships is copied, its money left to fill in."""

import re
import sys
from pathlib import Path

from chalicelib.campaigns.library import DEFINITIONS
from chalicelib.shop import own
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

[next]                       # what happens next and when; leave the table out where there is nothing to say
en = "We answer by mail within two working days."

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
CAMPAIGN = """# {name}. Every key is explained in docs/campaigns.md. It runs as it stands; off.toml switches it off.

kind = "marketing"
template = "win-back"        # the mail: chalicelib/mails/templates/, or your own in chalicelib/own/mails/
good_for_days = 14
cooldown_days = 90
holdout_share = 0.1          # one in ten gets none, so that it can be measured

[when]
trigger = "inactive"
days = 60

# [offer]                    # takes money off: your own budget, code and cost
# percent = 10
# codes = "shared"           # docs/offers.md says where codes can come from
# code = ""                  # set it up in your shop before the first mail leaves
# expires_days = 14
# most_spent = 0             # what the whole campaign may cost, in the currency of _shop.toml
# expected_cost = 0          # what one mail is expected to cost
"""
COPIED = """# {name}, copied from what ships to be yours. It runs as it stands; off.toml switches it off.
# Every key is explained in docs/campaigns.md.
"""
# What a shop decides when it gives money away. No file with these values is taken.
MONEY = {
    "code": ('""', 'fill in: yours, such as "BACK-{code}", where {code} differs from mail to mail (docs/offers.md)'),
    "most_spent": ("0", "fill in: what the whole campaign may cost, in the currency of _shop.toml"),
    "expected_cost": ("0", "fill in: the usual discount times the share of customers who use it"),
}


def write_start(kind: str, name: str, today: str) -> int:
    """Write a commented start of a form or a campaign, and never over one that is there."""
    if not NAME.fullmatch(name):
        print("NAME=... has small letters, digits and hyphens, such as NAME=spring.", file=sys.stderr)
        return 2
    path: Path = own.FOLDER / f"{kind}s" / f"{name}.toml"
    if path.exists():
        print(f"{show_path(path)} is there already.", file=sys.stderr)
        return 1
    text = FORM if kind == "form" else choose_campaign(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("{name}", name).replace("{today}", today), "utf-8")
    print(f"{show_path(path)}: change it, then `make check-shop`.")
    return 0


def choose_campaign(name: str) -> str:
    """Return the text of a new campaign: a copy of the one that ships under its name, or a start."""
    shipped = DEFINITIONS / f"{name}.toml"
    return COPIED + empty_money(shipped.read_text("utf-8")) if shipped.exists() else CAMPAIGN


def empty_money(text: str) -> str:
    """Return a campaign's text with what the shop decides about money left to fill in."""
    for key, (value, why) in MONEY.items():
        line = f"{key} = {value}"
        text = re.sub(rf"(?m)^{key} = .*$", f"{line:22} # {why}", text)
    return text
