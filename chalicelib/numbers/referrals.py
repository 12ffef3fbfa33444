"""Customers whom a friend brought by a code, and what they bought: counted where the shop has referrals.toml.

referral/owner/<code>                     customers whose own code it is: 1, or 2 where two have one by chance
referral/friend/<code>/people, /credited  customers who came with it, those of them with a purchase past the refund days
referral/friend/<code>/buyers, /orders    those of them who bought, their purchases
referral/friend/<code>/spent/<currency>   what they spent, less refunds

What a customer adds names the code that they came with, and not whose it is: that is looked up in the sums over
everybody. So every figure is right without a correction when one of the two is forgotten, or when two records are
joined. During a walk the sums have the code of every customer; those by which nobody came are dropped at its end.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic import Field

from chalicelib.models import Model, Profile
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, Tally, make_key
from chalicelib.people.referrals import find_friend, is_settled, list_codes


@dataclass(frozen=True)
class Friends:
    """Whom one customer brought: how many came, and how many of them are credited."""

    came: int = 0
    credited: int = 0


class Brought(Model):
    """Everybody whom a friend brought, and how many customers brought somebody.

    `refund_days` are those in which the shop takes goods back.
    """

    refund_days: int
    people: int
    credited: int
    bringers: int
    buyers: int
    orders: int
    spent: dict[str, Decimal] = Field(default_factory=dict)


def count_referrals(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield a person's own codes, and what they add to the code that they came with."""
    if lens.refund_days is None:
        return
    for code in list_codes(profile):
        yield make_key("referral", "owner", code), 1
    friend = find_friend(profile, lens.now)
    if friend is None:
        return
    start = ("referral", "friend", friend.code)
    yield make_key(*start, "people"), 1
    if is_settled(profile, lens.refund_days, lens.now):
        yield make_key(*start, "credited"), 1
    if profile.totals.purchases:
        yield make_key(*start, "buyers"), 1
        yield make_key(*start, "orders"), profile.totals.purchases
    for currency, amount in profile.totals.spent.items():
        yield make_key(*start, "spent", currency), amount


def list_unused(tally: Tally) -> list[Share]:
    """Return the counts of own codes by which nobody came."""
    used = {code for (code, *_), _ in tally.below("referral", "friend")}
    return [
        (make_key("referral", "owner", code), n)
        for code, n in tally.counts("referral", "owner").items()
        if code not in used
    ]


def read_referrals(tally: Tally, lens: Lens) -> Brought | None:
    """Return everybody whom a friend brought; None where the shop counts none."""
    if lens.refund_days is None:
        return None
    counts: dict[str, int] = dict.fromkeys(("people", "credited", "buyers", "orders"), 0)
    spent: dict[str, Decimal] = {}
    bringers = set()
    for (code, name, *currency), amount in tally.below("referral", "friend"):
        if tally.count("referral", "owner", code) != 1:
            continue
        bringers.add(code)
        if currency:
            spent[currency[0]] = spent.get(currency[0], Decimal(0)) + amount
        else:
            counts[name] += int(amount)
    return Brought(refund_days=lens.refund_days, bringers=len(bringers), spent=spent, **counts)


def list_friends(tally: Tally) -> Mapping[str, Friends]:
    """Return whom each code brought, of the codes that mean somebody."""
    found: dict[str, Friends] = {}
    for (code, name, *_), amount in tally.below("referral", "friend"):
        if name == "people" and tally.count("referral", "owner", code) == 1:
            found[code] = Friends(int(amount), tally.count("referral", "friend", code, "credited"))
    return found


def add_friends(found: Mapping[str, Friends], codes: Iterable[str]) -> Friends:
    """Return whom one customer brought by any of their codes."""
    own = [found[code] for code in codes if code in found]
    return Friends(sum(each.came for each in own), sum(each.credited for each in own))
