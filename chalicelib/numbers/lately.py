"""The last SPAN days against the SPAN days before: what changed lately.

lately/<span>/buyers, /first         people who bought in the span; those of them who bought for the first time
lately/<span>/joined                 people of whom the shop first heard in the span
lately/<span>/source/<option>        people who first said in the span how they found the shop
lately/<span>/reason/<item>          people whose latest ranking of the span puts the item first
lately/<span>/came, /back            people whose first purchase was in the span before; those of them who bought on
                                     another day within SPAN days after it

A span is `now` or `before`. It ends with the moment of counting, and with the beginning of `now`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.models import Profile
from chalicelib.numbers.lens import REASONS, SOURCE, Lens
from chalicelib.numbers.tally import Share, make_key
from chalicelib.people.activity import is_whole, list_purchases
from chalicelib.people.answers import list_answers

SPAN = 28  # days: four weeks have the same weekdays
NOW, BEFORE = "now", "before"
SPANS = (NOW, BEFORE)


def count_lately(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield what a person adds to the last two spans."""
    for name in dict.fromkeys((*list_trade(profile, lens), *list_said(profile, lens))):
        yield name, 1


def find_span(moment: datetime | None, now: datetime) -> str:
    """Return the span of a moment, or ""."""
    if moment is None or moment > now:
        return ""
    back = (now - moment) // timedelta(days=SPAN)
    return SPANS[back] if back < len(SPANS) else ""


def list_trade(profile: Profile, lens: Lens) -> Iterator[str]:
    """Yield the keys of purchases, and of becoming known."""
    bought = [moment for moment in list_purchases(profile) if moment <= lens.now]
    first = bought[0] if bought and is_whole(profile) else None
    for moment in bought:
        if span := find_span(moment, lens.now):
            yield make_key("lately", span, "buyers")
    if span := find_span(first, lens.now):
        yield make_key("lately", span, "first")
    if span := find_span(profile.first_seen, lens.now):
        yield make_key("lately", span, "joined")
    if first and (span := find_span(first + timedelta(days=SPAN), lens.now)):
        yield make_key("lately", span, "came")
        ends = first + timedelta(days=SPAN)
        if any(moment.date() > first.date() and moment <= ends for moment in bought):
            yield make_key("lately", span, "back")


def list_said(profile: Profile, lens: Lens) -> Iterator[str]:
    """Yield the keys of the first answer about how they found the shop, and of the latest ranking of each span."""
    answers = [each for each in list_answers(profile) if each.at <= lens.now]
    sources = ((each.values.get(SOURCE), each.at) for each in answers)
    known = lens.options.get(SOURCE, ())
    option, at = next(((str(value), at) for value, at in sources if value in known), ("", None))
    if span := find_span(at, lens.now):
        yield make_key("lately", span, "source", option)
    items, latest = lens.options.get(REASONS, ()), dict[str, str]()
    for answer in answers:
        picked = answer.values.get(REASONS)
        order = [str(item) for item in (picked if isinstance(picked, list) else [picked]) if item in items]
        if order and (span := find_span(answer.at, lens.now)):
            latest[span] = order[0]
    for span, item in latest.items():
        yield make_key("lately", span, "reason", item)
