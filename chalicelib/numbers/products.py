"""What is bought, again and together, among the latest orders of each person.

product/<name>/people, /again            people who bought it, and on two days or more
product/<name>/gaps                      gaps between two days with it that follow each other
product/<name>/days, /squares            the sum of those gaps in days, and of their squares
product/<name>/between                   the sum over people of (own sum)^2 / own count, in thousandths
buyers                                   people with a purchase that names a product
pair/<a>/<b>                             people who bought both; a sorts before b
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, pairwise

from chalicelib.models import Profile
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, make_key
from chalicelib.people.activity import list_bought

MOST_POPULAR = 150  # products whose pairs are counted: 11,175 pairs at most
MOST_OF_ONE = 30  # products of one person, the latest, whose pairs are counted: 435 pairs


def count_products(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's products add."""
    bought = list_bought(profile, lens.now)
    if bought:
        yield make_key("buyers"), 1
    for name, days in bought.items():
        yield make_key("product", name, "people"), 1
        yield from count_again(name, sorted(days))
    paired = [name for name in bought if lens.popular is None or name in lens.popular]
    latest = sorted(paired, key=lambda name: (max(bought[name]), name))[-MOST_OF_ONE:]
    for first, second in combinations(sorted(latest), 2):
        yield make_key("pair", first, second), 1


def count_again(name: str, days: list[date]) -> Iterator[Share]:
    """Yield what the gaps between a person's purchases of one product add."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    if gaps:
        yield make_key("product", name, "again"), 1
        yield make_key("product", name, "gaps"), len(gaps)
        yield make_key("product", name, "days"), sum(gaps)
        yield make_key("product", name, "squares"), sum(gap * gap for gap in gaps)
        yield make_key("product", name, "between"), round(1_000 * sum(gaps) ** 2 / len(gaps))
