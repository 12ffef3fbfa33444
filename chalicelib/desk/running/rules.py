"""A campaign's rules in sentences: when it writes, to whom, at which hours, how much, and what of its offer is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.delay import Delay
from chalicelib.campaigns.offer import HUNDREDTHS, Offer
from chalicelib.campaigns.window import WEEKDAYS, Window
from chalicelib.desk.groups.clauses import make_clause_teller
from chalicelib.desk.running.campaign_words import CampaignWords
from chalicelib.groups.library import find_group
from chalicelib.mails.language import MailLanguage
from chalicelib.services import Services
from chalicelib.shop.brand import name_shop
from chalicelib.shop.purposes import choose_text, load_purposes
from chalicelib.store.codes import CodeState

MOST_CODES = 500  # counted at most


@dataclass(frozen=True)
class Teller:
    """Tells rules in one language; `say` are the desk's words, `tell` knows numbers, money and days."""

    say: CampaignWords
    tell: MailLanguage
    services: Services

    def list_rules(self, campaign: Campaign) -> Iterator[tuple[str, str]]:
        """Yield each rule: its name in `say.rule`, and a sentence."""
        yield "when", self.tell_trigger(campaign)
        yield "whom", self.tell_audience(campaign)
        if campaign.is_marketing:
            yield "topic", self.name_topic(campaign.purpose)
        yield "hours", self.tell_window(campaign.window or (self.clock.window if campaign.is_marketing else None))
        yield "caps", self.tell_caps(campaign)
        if campaign.holdout_share:
            share = self.write_share(Decimal(str(campaign.holdout_share)) * 100)
            yield "held", self.say.held_share.format(share=share)
        if campaign.offer:
            yield from self.list_offer(campaign, campaign.offer)
        yield "good", self.say.good_for.format(n=self.write(campaign.good_for_days))

    @property
    def clock(self) -> Any:
        return self.services.clock

    def write(self, number: int | Decimal) -> str:
        return self.tell.write_number(Decimal(number))

    def write_share(self, percent: Decimal) -> str:
        return self.tell.percent.format(number=self.write(percent))

    def name_topic(self, purpose: str) -> str:
        """Return the title of a purpose."""
        return choose_text(load_purposes().purposes[purpose].title, self.tell.language)

    def tell_trigger(self, campaign: Campaign) -> str:
        """Return when a campaign writes; a trigger without a sentence of its own is told by its name."""
        sentence = self.say.triggers.get(campaign.when.trigger, f"{campaign.when.trigger} {{delay}}")
        return sentence.format(delay=self.tell_delay(campaign.when))

    def tell_delay(self, when: Delay) -> str:
        day, hour = when.days == 1, when.hours == 1
        days = (self.say.day if day else self.say.days).format(n=self.write(when.days)) if when.days else ""
        hours = (self.say.hour if hour else self.say.hours).format(n=self.write(when.hours)) if when.hours else ""
        if days and hours:
            return self.say.together.format(first=days, second=hours)
        return days or hours or self.say.at_once

    def tell_audience(self, campaign: Campaign) -> str:
        """Return who belongs to a campaign's audience."""
        audience, language = campaign.audience, self.tell.language
        teller = make_clause_teller(language, name_shop(self.services.settings, language))
        group = find_group(audience.group) if audience.group else None
        told = [group.name_title(language)] if group else []
        told += teller.list_told(audience)
        if campaign.is_marketing:
            told.append(self.say.agreed.format(topic=self.name_topic(campaign.purpose)))
        return "; ".join(told) or self.say.everybody

    def tell_window(self, window: Window | None) -> str:
        """Return the hours of a window in the customer's own time."""
        if window is None:
            return self.say.any_time
        hours = (f"{minute // 60:02}:{minute % 60:02}" for minute in (window.opens, window.closes))
        opens, closes = (self.tell.write_digits(each) for each in hours)
        days = [self.say.weekdays[day] for day in WEEKDAYS if day in window.days]
        named = self.say.every_day if len(days) == len(WEEKDAYS) else self.say.comma.join(days)
        return self.say.window.format(opens=opens, closes=closes, days=named)

    def tell_caps(self, campaign: Campaign) -> str:
        """Return how much one customer gets at most."""
        if not campaign.is_marketing:
            return self.say.uncapped
        cap = self.clock.cap
        told = [self.say.cap.format(n=self.write(cap.mails), days=self.write(cap.days))]
        if campaign.cooldown_days:
            told.append(self.say.cooldown.format(days=self.write(campaign.cooldown_days)))
        return "; ".join(told)

    def list_offer(self, campaign: Campaign, offer: Offer) -> Iterator[tuple[str, str]]:
        """Yield what an offer gives, what is left of its budget, and its codes."""
        if offer.percent is not None:
            yield "offer", self.say.percent.format(share=self.write_share(offer.percent))
        else:
            money = self.tell.write_money(offer.amount or Decimal(0), offer.currency or "")
            yield "offer", self.say.amount.format(money=money)
        spent = Decimal(self.services.budgets.read_budget(campaign.name)) / HUNDREDTHS
        most, currency = offer.most_spent, self.clock.currency
        left = self.tell.write_money(max(Decimal(0), most - spent), currency)
        yield "budget", self.say.left.format(left=left, most=self.tell.write_money(most, currency))
        yield "codes", self.tell_codes(campaign, offer)

    def tell_codes(self, campaign: Campaign, offer: Offer) -> str:
        """Return how many codes are ready, or the one code for everybody."""
        if not offer.per_person:
            return self.say.shared.format(code=f"`{offer.code}`")
        batch = f"{campaign.name}#{offer.terms}"
        count = len(self.services.codes.list_codes(CodeState.FREE, batch, most=MOST_CODES))
        return self.say.ready.format(n=self.write(count) + "+" * (count == MOST_CODES))
