"""What the shop's own files and counts say that needs somebody: codes that run out, spent budgets, a broken file,
mails that wait since many bounced.

Failing functions tell the alarms of the stack (docs/deploy.md); no row says so, so nothing here does.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import HUNDREDTHS
from chalicelib.errors import DefinitionError
from chalicelib.services import Services
from chalicelib.store.codes import CodeState

LOW = 10  # codes that are left


@dataclass(frozen=True)
class Alarm:
    """`kind` is `codes`, `budget`, `file`, `marketing` or `asking`.

    `name` is the campaign, or what is wrong with which file.
    """

    kind: str
    name: str = ""
    left: int = 0


def list_alarms(services: Services) -> list[Alarm]:
    """Return what needs somebody: one call for all budgets, and one for each campaign that hands out codes."""
    try:
        offering = [each for each in services.campaigns if each.offer]
    except DefinitionError as fault:
        return [Alarm("file", str(fault))]
    spent = services.budgets.read_budgets([each.name for each in offering])
    judged = (judge_campaign(each, spent.get(each.name, 0), services) for each in offering)
    return [alarm for alarm in judged if alarm]


def list_held_back(services: Services, now: datetime) -> list[Alarm]:
    """Return which mails wait since many bounced, by one call for each of the two counts."""
    held = {"marketing": services.reputation.stops_marketing(now), "asking": services.ask_reputation.slows_asking(now)}
    return [Alarm(kind) for kind, waits in held.items() if waits]


def judge_campaign(campaign: Campaign, spent: int, services: Services) -> Alarm | None:
    """Return what is wrong with the offer of a campaign, or None; `spent` is in hundredths."""
    offer = campaign.offer
    if offer is None:
        return None
    if not offer.is_affordable(Decimal(spent) / HUNDREDTHS):
        return Alarm("budget", campaign.name)
    if not offer.per_person:
        return None
    low = min(LOW, offer.ahead)
    left = len(services.codes.list_codes(CodeState.FREE, f"{campaign.name}#{offer.terms}", most=low))
    return Alarm("codes", campaign.name, left) if left < low else None
