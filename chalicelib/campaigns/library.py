"""The campaigns on file, read when first asked for, and which of them run.

What ships is an example. Its marketing runs once the shop names it in own/on.toml, and with an offer, which gives money
away, only as a file of the shop's own. Transactional mail answers what a customer asked for, and runs. A file of the
shop's own runs as it stands. A name in own/off.toml runs in no case.
"""

import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chalicelib.campaigns.audience import judge_group
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock
from chalicelib.definitions import Fault, load_definition
from chalicelib.errors import DefinitionError
from chalicelib.forms.library import find_form
from chalicelib.groups import library as groups
from chalicelib.mails.templates import find_template, list_templates
from chalicelib.shop import own
from chalicelib.shop.purposes import judge_consent

log = logging.getLogger(__name__)

DEFINITIONS = Path(__file__).parent / "definitions"
NOT_A_CAMPAIGNS = {"confirm_url", "code", "request", "title", "answers", "figures"}  # of mails for proof, for owners
SHOP = "_shop.toml"  # no campaign: the underscore keeps it out of their names


@cache
def list_campaigns(*, try_out: bool = False) -> tuple[Campaign, ...]:
    """Return every campaign that runs, by name; raise DefinitionError for an unusable file.

    A try-out runs everything that ships, as it ships.
    """
    named, files = read_named(), own.list_files("campaigns", DEFINITIONS)
    campaigns = ((load_campaign(path), path.parent != DEFINITIONS) for path in files.values())
    return tuple(each for each, is_own in campaigns if try_out or is_own or not each.is_marketing or each.name in named)


@cache
def list_on_file() -> tuple[Campaign, ...]:
    """Return every campaign on file, by name, those that are off too.

    A file with a mistake is logged and left out: it must not keep a customer from stopping the mails of the others.
    """
    found = []
    for name, path in own.find_files("campaigns", DEFINITIONS).items():
        try:
            found.append(load_campaign(path))
        except DefinitionError as fault:
            log.error("campaign_unusable", extra={"key": name, "reason": str(fault)})
    return tuple(found)


def read_named() -> tuple[str, ...]:
    """Return the campaigns that own/on.toml names; raise DefinitionError."""
    return own.read_names("on", "campaigns", judge_named)


def judge_named(name: str) -> str:
    """Return why own/on.toml may not name a campaign, or ""."""
    known = own.find_files("campaigns", DEFINITIONS)
    if why := own.judge_name("campaigns", name, known):
        return why
    if name not in own.list_files("campaigns", DEFINITIONS):
        return "off.toml names it too"
    if known[name].parent == DEFINITIONS and load_campaign(known[name]).offer:
        return (
            f"it gives money away: `make new-campaign NAME={name}` writes a file of your own, in which you fill in the "
            "budget, the code and the expected cost; then it runs (docs/offers.md)"
        )
    return ""


def list_running(*, try_out: bool) -> tuple[Campaign, ...]:
    """Return the campaigns that send, for a page: none while a file has a mistake, since then no mail is sent."""
    try:
        return list_campaigns(try_out=try_out)
    except DefinitionError as fault:
        log.error("campaign_unusable", extra={"reason": str(fault)})
        return ()


def list_advertised() -> tuple[str, ...]:
    """Return the purposes of the marketing campaigns on file: what a customer ends who wants no advertising at all.

    One that is off counts too, since it may run tomorrow.
    """
    return tuple(sorted({campaign.purpose for campaign in list_on_file() if campaign.is_marketing}))


@cache
def load_shop(folder: Path = DEFINITIONS) -> ShopClock:
    """Return the shop-wide settings of campaigns; raise DefinitionError."""
    return load_definition(own.choose_file(folder / SHOP, "campaigns"), ShopClock)


def load_campaign(path: Path) -> Campaign:
    """Return a campaign, named as its file; raise DefinitionError."""
    return load_definition(path, Campaign, {"name": path.stem}, judge=list_faults)


def list_faults(campaign: Campaign) -> Iterator[Fault]:
    """Yield each fault against other files: its place, and the reason."""
    faults = (
        (("purpose",), judge_consent(campaign.purpose) if campaign.purpose else ""),
        (("audience", "group"), judge_group(campaign.audience.group)),
        (("template",), judge_template(campaign)),
        (("form",), "no form of that name" if campaign.form and find_form(campaign.form) is None else ""),
    )
    yield from groups.list_faults(campaign.audience, "audience")
    yield from ((place, why) for place, why in faults if why)


def judge_template(campaign: Campaign) -> str:
    """Return why a campaign cannot send its mail, or "".

    It is checked here since a check when the mail is due is too late.
    """
    if campaign.template not in list_templates():
        return f"no mail of that name; there are {', '.join(list_templates())}"
    mail = find_template(campaign.template)
    if unfilled := sorted(set(mail.needs) & NOT_A_CAMPAIGNS):
        return f"a campaign has no {', '.join(unfilled)} for it"
    if "number" in mail.needs and not campaign.confirms:
        return "only a transactional campaign after a pre-order or a warranty card has a number for it"
    if "bought" in mail.needs and not campaign.trigger.learns:
        return "only a campaign with the trigger needs-again has a product for it"
    if campaign.tips and not (mail.tips and campaign.when.trigger == "after-purchase"):
        return "tips need the trigger after-purchase and a mail with a place for them"
    if campaign.suggest and not mail.suggests:
        return "this mail has no place for suggestions"
    if campaign.friends and not mail.friends:
        return "this mail has no place for the link for friends"
    if campaign.is_marketing and not mail.marketing:
        return "marketing must carry a link to unsubscribe, and this mail has none"
    if mail.marketing and not campaign.is_marketing:
        return "this mail offers to unsubscribe, which does not end transactional mail"
    return ""
