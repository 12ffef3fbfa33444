"""A campaign's rules in sentences: when it writes, to whom, at which hours, how much, and what of its offer is left."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.campaigns.audience import Audience
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.delay import Delay
from chalicelib.campaigns.offer import HUNDREDTHS, Offer
from chalicelib.campaigns.window import WEEKDAYS, Window
from chalicelib.desk.running.campaign_words import CampaignWords
from chalicelib.mails.language import MailLanguage
from chalicelib.services import Services
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
        told = [self.say.audience[kind].format(n=text) for kind, text in self.list_conditions(campaign.audience)]
        if campaign.is_marketing:
            told.append(self.say.agreed.format(topic=self.name_topic(campaign.purpose)))
        return "; ".join(told) or self.say.everybody

    def list_conditions(self, audience: Audience) -> Iterator[tuple[str, str]]:
        """Yield each condition of an audience, and what it asks for."""
        if audience.purchases_at_least:
            yield "purchases_at_least", self.write(audience.purchases_at_least)
        if audience.purchases_at_most is not None:
            yield "purchases_at_most", self.write(audience.purchases_at_most)
        for currency, least in audience.spent_at_least.items():
            yield "spent_at_least", self.tell.write_money(least, currency)
        lists: Mapping[str, Any] = {name: getattr(audience, name) for name in ("languages", "has_entry", "lacks_entry")}
        for kind, names in {**lists, "age_bands": audience.age_bands, "fields": audience.fields}.items():
            if names:
                yield kind, self.say.comma.join(f"`{name}`" for name in names)

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
