"""The next days of a shop, by its own campaigns, budgets and suppressed addresses. Nothing is sent or kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.needs import Demands
from chalicelib.campaigns.offer import HUNDREDTHS
from chalicelib.campaigns.simulation import Simulation, simulate_days
from chalicelib.campaigns.weeks import WeekCounts, count_weeks, free_budgets
from chalicelib.crowd.page import Page
from chalicelib.models import Profile
from chalicelib.numbers.learned import read_shelf
from chalicelib.outreach.eligibility import address_rows, is_barred
from chalicelib.services import Services


def read_spent(services: Services, campaigns: Iterable[Campaign]) -> dict[str, Decimal]:
    """Return what the offers of campaigns have promised by now."""
    budgets = services.budgets
    return {each.name: Decimal(budgets.read_budget(each.name)) / HUNDREDTHS for each in campaigns if each.offer}


@dataclass(frozen=True)
class Outlook:
    """What a count of everybody goes by, read once for however many pages: campaigns, and what is known of products."""

    campaigns: tuple[Campaign, ...]
    demands: Demands


def read_outlook(services: Services) -> Outlook:
    """Return what the campaigns that go on would do, as if no budget had an end; raise DefinitionError."""
    going = services.list_going()
    return Outlook(free_budgets(going), read_shelf(services, going).demands)


def count_page(page: Page, outlook: Outlook, services: Services, start: datetime, days: int) -> WeekCounts:
    """Return what the customers of a page would be sent."""
    people = [each.profile for each in page.people]
    return count_weeks(simulate_people(people, outlook, services, start, days, {}))


def simulate_shop(
    people: Iterable[Profile],
    campaigns: Iterable[Campaign],
    services: Services,
    start: datetime,
    days: int,
    spent: Mapping[str, Decimal],
) -> Simulation:
    """Simulate campaigns for some people, who may be written to as their addresses are by now."""
    campaigns = tuple(campaigns)
    outlook = Outlook(campaigns, read_shelf(services, campaigns).demands)
    return simulate_people(people, outlook, services, start, days, spent)


def simulate_people(
    people: Iterable[Profile],
    outlook: Outlook,
    services: Services,
    start: datetime,
    days: int,
    spent: Mapping[str, Decimal],
) -> Simulation:
    """Simulate what an outlook has for some people."""

    def is_address_barred(profile: Profile, campaign: Campaign) -> bool:
        return is_barred(profile.customer_id, campaign, address_rows(profile, services.people), services, start)

    return simulate_days(
        people,
        outlook.campaigns,
        services.clock,
        start,
        days,
        spent=spent,
        is_barred=is_address_barred,
        demands=outlook.demands,
    )
