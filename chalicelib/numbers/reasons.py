"""Why people come: how they rank the shop's reasons. The latest ranking of a person counts.

reason/people               people who ranked at least one reason
reason/first/<item>         people who put it first
reason/ranked/<item>        people who ranked it
reason/halves/<item>        twice the sum of its ranks; one that is left out shares the places left
reason/wins/<a>/<b>         people who put a before b
"""

from collections.abc import Iterator

from chalicelib.models import Profile
from chalicelib.numbers.lens import REASONS, Lens
from chalicelib.numbers.tally import Share, make_key
from chalicelib.people.answers import list_answers
from chalicelib.stats.ranking import list_wins, rank_items


def count_reasons(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person's ranking adds."""
    items = lens.options.get(REASONS, ())
    order = find_order(profile, lens)
    if not order:
        return
    yield make_key("reason", "people"), 1
    yield make_key("reason", "first", order[0]), 1
    for item in order:
        yield make_key("reason", "ranked", item), 1
    for item, rank in rank_items(order, items).items():
        yield make_key("reason", "halves", item), round(2 * rank)
    for first, other in list_wins(order, items):
        yield make_key("reason", "wins", first, other), 1


def find_order(profile: Profile, lens: Lens) -> list[str]:
    """Return a person's latest ranking, the first reason first, or []; one picked answer is a ranking of one."""
    items = lens.options.get(REASONS, ())
    for answer in reversed([each for each in list_answers(profile) if each.at <= lens.now]):
        told = answer.values.get(REASONS)
        order = [item for item in dict.fromkeys(told if isinstance(told, list) else [told]) if item in items]
        if order:
            return order
    return []
