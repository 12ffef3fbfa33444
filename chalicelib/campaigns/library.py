"""The campaigns on file, read when first asked for."""

import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock
from chalicelib.definitions import Fault, load_definition
from chalicelib.errors import DefinitionError
from chalicelib.forms.library import find_form, list_readable
from chalicelib.mails.templates import find_template, list_templates
from chalicelib.shop import own
from chalicelib.shop.purposes import judge_consent

log = logging.getLogger(__name__)

DEFINITIONS = Path(__file__).parent / "definitions"
NOT_A_CAMPAIGNS = {"confirm_url", "code", "request", "title", "answers"}  # words of mails that ask for proof
SHOP = "_shop.toml"  # no campaign: the underscore keeps it out of their names


@cache
def list_campaigns(folder: Path = DEFINITIONS) -> tuple[Campaign, ...]:
    """Return every campaign, by name; raise DefinitionError for an unusable file."""
    return tuple(map(load_campaign, own.list_files("campaigns", folder).values()))


def list_running() -> tuple[Campaign, ...]:
    """Return the campaigns that send, for a page: none while a file has a mistake, since then no mail is sent."""
    try:
        return list_campaigns()
    except DefinitionError as fault:
        log.error("campaign_unusable", extra={"reason": str(fault)})
        return ()


def list_advertised() -> tuple[str, ...]:
    """Return the purposes of the marketing campaigns: what a customer ends who wants no advertising at all."""
    return tuple(sorted({campaign.purpose for campaign in list_usable() if campaign.is_marketing}))


def list_usable() -> Iterator[Campaign]:
    """Yield the campaigns that can be read: a file with a mistake is logged, and must not keep a customer from a no."""
    try:
        files = own.list_files("campaigns", DEFINITIONS)
    except DefinitionError as fault:
        log.error("campaign_unusable", extra={"key": "off", "reason": str(fault)})
        return
    for name, path in files.items():
        try:
            yield load_campaign(path)
        except DefinitionError as fault:
            log.error("campaign_unusable", extra={"key": name, "reason": str(fault)})


def find_campaign(name: str) -> Campaign | None:
    """Return the campaign of that name, or None."""
    return next((campaign for campaign in list_campaigns() if campaign.name == name), None)


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
        (("audience", "fields"), campaign.audience.judge_fields(list_sensitive())),
        (("template",), judge_template(campaign)),
        (("form",), "no form of that name" if campaign.form and find_form(campaign.form) is None else ""),
    )
    return ((place, why) for place, why in faults if why)


def judge_template(campaign: Campaign) -> str:
    """Return why a campaign cannot send its mail, or "".

    It is checked here since a check when the mail is due is too late.
    """
    if campaign.template not in list_templates():
        return f"no mail of that name; there are {', '.join(list_templates())}"
    mail = find_template(campaign.template)
    if unfilled := sorted(set(mail.needs) & NOT_A_CAMPAIGNS):
        return f"a campaign has no {', '.join(unfilled)} for it"
    if campaign.is_marketing and not mail.marketing:
        return "marketing must carry a link to unsubscribe, and this mail has none"
    if mail.marketing and not campaign.is_marketing:
        return "this mail offers to unsubscribe, which does not end transactional mail"
    return ""


def list_sensitive() -> dict[str, str]:
    """Return the sensitive fields of the forms on file, by name, with their purposes."""
    forms = list_readable()
    return {field: purpose for form in forms for field, purpose in form.list_sensitive().items()}
