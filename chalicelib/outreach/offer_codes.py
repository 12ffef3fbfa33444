"""The code of a mail: taken from those that are live at the shop, in the transaction of the mail's intent, once."""

import logging
import random
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import HUNDREDTHS, Offer
from chalicelib.errors import NoCodeError, UnfitMailError
from chalicelib.models import utc_text
from chalicelib.services import Services
from chalicelib.store.codes import CodeRow, CodeState
from chalicelib.store.mails import MailRow
from chalicelib.store.table import Part

log = logging.getLogger(__name__)

NEARBY = 50  # free codes of which one is taken: so many senders rarely take the same


@dataclass(frozen=True)
class TakenCode:
    """The code of a mail, and the parts by which it is taken."""

    code: str = ""
    parts: tuple[Part, ...] = ()


def take_code(campaign: Campaign, row: MailRow, services: Services, now: datetime) -> TakenCode:
    """Return the code of a mail; raise NoCodeError where none is live.

    A later attempt of the same mail has the code of the first; raise UnfitMailError where that is over meanwhile.
    """
    offer = campaign.offer
    if offer is None:
        return TakenCode()
    if not offer.per_person:
        return TakenCode(offer.code)
    held = services.codes.read_code(row.code) if row.code else find_free(campaign.name, offer, services, now)
    if row.code and (held is None or held.state is not CodeState.PROMISED):
        raise UnfitMailError("its code is over")
    if held is None:
        raise NoCodeError(campaign.name)
    promised = replace(
        held, state=CodeState.PROMISED, promised_until=utc_text(now + offer.spared), cost=count_cost(offer)
    )
    return TakenCode(held.code, (services.codes.replace_code(held, promised),))


def find_free(campaign: str, offer: Offer, services: Services, now: datetime) -> CodeRow | None:
    """Return a free code of the offer's terms that stays live as long as the mail promises."""
    batch = f"{campaign}#{offer.terms}"
    near = services.codes.list_free(batch, utc_text(now + offer.spared), NEARBY)
    for code in random.sample(near, len(near)):
        row = services.codes.read_code(code)
        if row is not None and row.state is CodeState.FREE:
            return row
    return None


def lacks_code(campaign: Campaign | None, services: Services, now: datetime) -> bool:
    """Return whether a campaign has to wait for codes; an alarm tells the shop (infra/template.yaml)."""
    offer = campaign.offer if campaign else None
    if campaign is None or offer is None or not offer.per_person:
        return False
    spent = Decimal(services.budgets.read_budget(campaign.name)) / HUNDREDTHS
    if not offer.is_affordable(spent) or find_free(campaign.name, offer, services, now):
        return False  # a budget that is used up makes no codes: the mail is decided against
    log.warning("codes_lacking", extra={"key": campaign.name})
    return True


def count_cost(offer: Offer) -> int:
    """Return what one promise counts in the budget, in hundredths."""
    return int(offer.expected_cost * HUNDREDTHS)
