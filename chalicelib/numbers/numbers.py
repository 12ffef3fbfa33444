"""All figures, read from one tally."""

from pydantic import AwareDatetime

from chalicelib.models import Model
from chalicelib.numbers.cohorts import Customers, read_customers
from chalicelib.numbers.crosses import Cross, Range, read_crosses, read_ranges
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.memberships import Membership, read_groups
from chalicelib.numbers.needs import Pair, Product, read_pairs, read_products
from chalicelib.numbers.origins import Reasons, Source, read_reasons, read_sources
from chalicelib.numbers.referrals import Brought, read_referrals
from chalicelib.numbers.returns import Activity, read_activity
from chalicelib.numbers.scores import Satisfaction, read_scores
from chalicelib.numbers.tally import Tally


class Numbers(Model):
    """Every figure at one moment. `restricted` are people who are in no figure because they restricted their data."""

    counted_at: AwareDatetime
    people: int
    restricted: int
    satisfaction: tuple[Satisfaction, ...]
    sources: tuple[Source, ...]
    brought: Brought | None
    reasons: Reasons
    activity: Activity
    products: tuple[Product, ...]
    pairs: tuple[Pair, ...]
    customers: Customers
    ranges: tuple[Range, ...]
    crosses: tuple[Cross, ...]
    memberships: tuple[Membership, ...]


def read_numbers(tally: Tally, lens: Lens) -> Numbers:
    """Return every figure of a tally; the lens is that of its walk."""
    return Numbers(
        counted_at=lens.now,
        people=tally.count("people"),
        restricted=tally.count("restricted"),
        satisfaction=tuple(read_scores(tally, lens)),
        sources=tuple(read_sources(tally, lens)),
        brought=read_referrals(tally, lens),
        reasons=read_reasons(tally, lens),
        activity=read_activity(tally),
        products=tuple(read_products(tally)),
        pairs=tuple(read_pairs(tally)),
        customers=read_customers(tally, lens),
        ranges=tuple(read_ranges(tally, lens)),
        crosses=tuple(read_crosses(tally, lens)),
        memberships=tuple(read_groups(tally, lens)),
    )
