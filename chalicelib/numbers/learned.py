"""What campaigns take from the sums over everybody: opened once a container, and after each count."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache

from chalicelib.campaigns.definition import Campaign
from chalicelib.numbers.counting import read_counted
from chalicelib.numbers.referrals import Friends, list_friends
from chalicelib.numbers.shelf import Shelf, make_shelf
from chalicelib.services import Services
from chalicelib.shop.products import read_products
from chalicelib.shop.referrals import takes_codes

NOTHING = Shelf()
Learn = Callable[[], Shelf]


def read_shelf(services: Services, campaigns: Iterable[Campaign], counted_at: str | None = None) -> Shelf:
    """Return what mails may say of products; nothing where no campaign asks, or nothing was counted.

    `counted_at` is the moment of the latest result, where it was read before. Raise DefinitionError where the shop's
    file of products has a mistake: a sensitive product might be named.
    """
    if not any(campaign.learns for campaign in campaigns):
        return NOTHING
    return open_shelf(services, services.number_rows.read_moment() if counted_at is None else counted_at)


def learn_once(services: Services) -> Learn:
    """Return what reads the shelf of the campaigns that run when it is first asked, and then remembers it."""

    @cache
    def learn() -> Shelf:
        return read_shelf(services, services.campaigns)

    return learn


def read_friends(services: Services, counted_at: str | None = None) -> Mapping[str, Friends]:
    """Return whom each code brought, by the latest count; nothing where the shop takes no codes of friends.

    `counted_at` is the moment of the latest result, where it was read before.
    """
    if not takes_codes():
        return {}
    return open_friends(services, services.number_rows.read_moment() if counted_at is None else counted_at)


@lru_cache(maxsize=1)
def open_friends(services: Services, counted_at: str) -> Mapping[str, Friends]:
    """Return whom each code brought by the result of a moment, "" before the first."""
    sums = read_counted(services) if counted_at else None
    return list_friends(sums.tally) if sums else {}


@lru_cache(maxsize=1)  # of one container
def open_shelf(services: Services, counted_at: str) -> Shelf:
    """Return what mails may say of products by the result of a moment, "" before the first."""
    sums = read_counted(services) if counted_at else None
    return make_shelf(sums.tally, read_products()) if sums else NOTHING
