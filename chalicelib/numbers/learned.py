"""What campaigns take from the sums over everybody: opened once a container, and after each count."""

from collections.abc import Iterable
from functools import lru_cache

from chalicelib.campaigns.definition import Campaign
from chalicelib.numbers.counting import read_counted
from chalicelib.numbers.shelf import Shelf, make_shelf
from chalicelib.services import Services
from chalicelib.shop.products import read_products

NOTHING = Shelf()


class Opened:
    """The shelf of the sums of one moment."""

    def __init__(self) -> None:
        self.counted_at, self.shelf = "", NOTHING


def read_shelf(services: Services, campaigns: Iterable[Campaign]) -> Shelf:
    """Return what mails may say of products; nothing where no campaign asks, or nothing was counted.

    Raise DefinitionError where the shop's file of products has a mistake: a sensitive product might be named.
    """
    if not any(campaign.learns for campaign in campaigns):
        return NOTHING
    opened, counted_at = keep_opened(services), services.number_rows.read_moment()
    if opened.counted_at != counted_at:
        sums = read_counted(services)
        opened.shelf = make_shelf(sums.tally, read_products()) if sums else NOTHING
        opened.counted_at = counted_at
    return opened.shelf


@lru_cache(maxsize=1)  # of one container
def keep_opened(services: Services) -> Opened:
    """Return what this container opened last."""
    return Opened()
