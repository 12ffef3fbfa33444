"""How people found the shop, and what those who came that way bought. The first answer of a person counts.

source/<option>/people, /buyers, /orders     people, those of them who bought, their purchases
source/<option>/spent/<currency>             what they spent, less refunds
"""

from collections.abc import Iterator

from chalicelib.models import Profile
from chalicelib.numbers.lens import SOURCE, Lens
from chalicelib.numbers.tally import Share, make_key
from chalicelib.people.answers import list_answers


def count_source(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's source adds."""
    source = find_source(profile, lens)
    if not source:
        return
    yield make_key("source", source, "people"), 1
    if profile.totals.purchases:
        yield make_key("source", source, "buyers"), 1
        yield make_key("source", source, "orders"), profile.totals.purchases
    for currency, amount in profile.totals.spent.items():
        yield make_key("source", source, "spent", currency), amount


def find_source(profile: Profile, lens: Lens) -> str:
    """Return how a person found the shop as they said first, or ""."""
    told = [each.values.get(SOURCE) for each in list_answers(profile) if each.at <= lens.now]
    kept = profile.fields.get(SOURCE)
    known = lens.options.get(SOURCE, ())
    return next((str(each) for each in (*told, kept.value if kept else None) if each in known), "")
