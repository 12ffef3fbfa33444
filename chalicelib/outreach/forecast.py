"""The next days of a shop, by its own campaigns, budgets and suppressed addresses. Nothing is sent or kept."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.offer import HUNDREDTHS
from chalicelib.campaigns.simulation import Simulation, simulate_days
from chalicelib.models import Profile
from chalicelib.numbers.learned import read_shelf
from chalicelib.outreach.eligibility import address_rows, is_barred
from chalicelib.services import Services


def list_going(services: Services) -> tuple[Campaign, ...]:
    """Return the campaigns that run and that staff did not stop; raise DefinitionError."""
    stopped = services.halts.read_halts([each.name for each in services.campaigns])
    return tuple(each for each in services.campaigns if each.name not in stopped)


def read_spent(services: Services, campaigns: Iterable[Campaign]) -> dict[str, Decimal]:
    """Return what the offers of campaigns have promised by now."""
    budgets = services.budgets
    return {each.name: Decimal(budgets.read_budget(each.name)) / HUNDREDTHS for each in campaigns if each.offer}


def open_profiles(customer_ids: Iterable[str], services: Services) -> Iterator[Profile]:
    """Open the profiles of customers, one after another; one who is forgotten meanwhile is left out."""
    for customer_id in customer_ids:
        person = services.people.open_person(customer_id)
        if person is not None:
            yield person.profile


def simulate_shop(
    people: Iterable[Profile],
    campaigns: Iterable[Campaign],
    services: Services,
    start: datetime,
    days: int,
    spent: Mapping[str, Decimal],
) -> Simulation:
    """Simulate campaigns for some people, who may be written to as their addresses are by now."""

    def is_address_barred(profile: Profile, campaign: Campaign) -> bool:
        return is_barred(profile.customer_id, campaign, address_rows(profile, services.people), services, start)

    campaigns = tuple(campaigns)
    return simulate_days(
        people,
        campaigns,
        services.clock,
        start,
        days,
        spent=spent,
        is_barred=is_address_barred,
        demands=read_shelf(services, campaigns).demands,
    )
