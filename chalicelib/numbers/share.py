"""One person's share of every number."""

from collections.abc import Callable, Iterator

from chalicelib.models import Profile
from chalicelib.numbers.activity import count_activity
from chalicelib.numbers.lately import count_lately
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.margins import count_margins
from chalicelib.numbers.memberships import count_ended, count_groups
from chalicelib.numbers.months import count_months
from chalicelib.numbers.products import count_products
from chalicelib.numbers.ranges import count_ranges
from chalicelib.numbers.reasons import count_reasons
from chalicelib.numbers.referrals import count_referrals
from chalicelib.numbers.satisfaction import count_scores
from chalicelib.numbers.sources import count_source
from chalicelib.numbers.tally import Share
from chalicelib.people.restriction import is_restricted

COUNTERS: tuple[Callable[[Profile, Lens], Iterator[Share]], ...] = (
    count_scores,
    count_source,
    count_referrals,
    count_reasons,
    count_activity,
    count_products,
    count_months,
    count_margins,
    count_ranges,
    count_groups,
    count_lately,
)


def list_shares(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield all that a person adds. A person who restricted their data is counted as that, and in no figure."""
    yield from count_ended(profile)
    if is_restricted(profile):
        yield "restricted", 1
        return
    yield "people", 1
    for count in COUNTERS:
        yield from count(profile, lens)
