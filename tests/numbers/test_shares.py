"""Every sum equals a count by hand: in any order of arrival, with refunds, cancellations, and joined people."""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import combinations, pairwise, permutations
from statistics import median

import pytest

from chalicelib.models import HeldValue, Profile
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import load_tally, make_key, split_key
from chalicelib.people.orders import LATEST
from chalicelib.people.union import join_profiles
from tests.builders.invented import LENS, REASONS, Invented, add_up, fold_events, invent_customer
from tests.builders.shop import NOW


def count_by_hand(people):
    """Count what the numbers count, from the plain facts, in another way."""
    found = defaultdict(Decimal)

    def add(*parts, amount=1):
        found[make_key(*parts)] += amount

    for person in people:
        add("people")
        kept = sorted((order for order in person.orders if order.counts), key=lambda order: order.at)
        count_orders(kept, add)
        count_answers(sorted(person.answers), kept, add)
        count_class(kept, add)
        count_lately(kept, sorted(person.answers), find_first(person), add)
        for question, option in person.list_ranges():
            add("range", question, option)
        for one, other in combinations(sorted(person.list_ranges()), 2):
            add("cross", *one, *other)
    return {key: amount for key, amount in found.items() if amount}


def count_orders(kept, add):
    months, bought = Counter(f"{order.at:%Y-%m}" for order in kept), defaultdict(set)
    for order in kept:
        add("month", f"{order.at:%Y-%m}", "earned", "EUR", amount=order.total - order.back)
        for item in order.items:
            bought[item].add(order.at.date())
    for place, month in enumerate(sorted(months)):
        add("month", month, "orders", amount=months[month])
        add("month", month, "buyers")
        add("cohort", min(months), month)
        if place == 0:
            add("month", month, "new")
    count_products(bought, add)
    days = sorted({order.at.date() for order in kept})
    for place, (one, other) in enumerate(pairwise(days)):
        add("gap", "first" if place == 0 else "again", str((other - one).days))
    if days:
        add("silent", "first" if len(days) == 1 else "again", str((NOW.date() - days[-1]).days))


def find_first(person):
    """Return when the shop first heard of a person: of an order, an answer, or the range that all have from now."""
    told = [each.at for each in person.orders] + [at for at, *_ in person.answers]
    return min([*told, *([NOW] if person.list_ranges() else [])], default=None)


def name_span(moment):
    """Return the span of four weeks in which a moment lies."""
    days = (NOW - moment) / timedelta(days=1)
    return "now" if 0 <= days < 28 else "before" if 28 <= days < 56 else None


def count_lately(kept, answers, seen, add):
    found = {("buyers", name_span(order.at)) for order in kept}
    found |= {("joined", name_span(seen))} if seen else set()
    if kept and len(kept) <= LATEST:
        first = kept[0].at
        found |= {("first", name_span(first)), ("came", name_span(first + timedelta(days=28)))}
        later = [o.at for o in kept if o.at.date() != first.date() and o.at - first <= timedelta(days=28)]
        found |= {("back", name_span(first + timedelta(days=28)))} if later else set()
    told = [(at, source) for at, _, source, _ in answers if source][:1]
    ranked = {name_span(at): ("reason", ranking[0]) for at, _, _, ranking in answers if ranking}
    found |= {(("source", source), name_span(at)) for at, source in told}
    found |= {(reason, span) for span, reason in ranked.items()}
    for name, span in found:
        if span:
            add("lately", span, *([name] if isinstance(name, str) else name))


def name_status(kept):
    """Return the status by the rules of docs/numbers.md, from the days of the purchases."""
    days = sorted({order.at.date().toordinal() for order in kept[-LATEST:]})
    if not kept:
        return "unknown"
    if len(days) < 3:
        return "active" if kept[-1].at + timedelta(days=30) > NOW else "inactive"
    gap = max(7, median(other - one for one, other in pairwise(days)))
    silent = (NOW - kept[-1].at) / timedelta(days=1)
    return "active" if silent < 1.5 * gap else "at_risk" if silent < 2.5 * gap else "inactive"


def count_class(kept, add):
    status = name_status(kept)
    add("status", status)
    if kept:
        often = "one" if len(kept) == 1 else "few" if len(kept) < 4 else "regular"
        name = f"{often}-{dict(active='here', at_risk='slipping', inactive='away')[status]}"
        add("class", name)
        add("class-spent", name, "EUR", amount=sum((order.total - order.back for order in kept), Decimal(0)))


def count_products(bought, add):
    if bought:
        add("buyers")
    for item, days in bought.items():
        add("product", item, "people")
        gaps = [(other - one).days for one, other in pairwise(sorted(days))]
        if gaps:
            add("product", item, "again")
            add("product", item, "gaps", amount=len(gaps))
            add("product", item, "days", amount=sum(gaps))
            add("product", item, "squares", amount=sum(gap**2 for gap in gaps))
            add("product", item, "between", amount=round(1_000 * sum(gaps) ** 2 / len(gaps)))
    for one, other in combinations(sorted(bought), 2):
        add("pair", one, other)


def count_answers(answers, kept, add):
    latest = {}
    for at, score, _, _ in answers:
        if score is not None:
            year, week, _ = at.isocalendar()
            latest |= {f"{at:%Y-%m}": score, f"{year}-W{week:02}": score}
            age = NOW - at
            latest |= {"window": score} if age < timedelta(90) else {"before": score} if age < timedelta(180) else {}
    for period, score in latest.items():
        add("score", "score", period, str(score))
    source = next((source for _, _, source, _ in answers if source), "")
    if source:
        add("source", source, "people")
        add("source", source, "buyers", amount=int(bool(kept)))
        add("source", source, "orders", amount=len(kept))
        add("source", source, "spent", "EUR", amount=sum((order.total - order.back for order in kept), Decimal(0)))
    ranking = next((ranking for _, _, _, ranking in reversed(answers) if ranking), None)
    if ranking:
        add("reason", "people")
        add("reason", "first", ranking[0])
        left = Decimal(len(ranking) + 1 + len(REASONS)) / 2
        for item in REASONS:
            add("reason", "ranked", item, amount=int(item in ranking))
            add("reason", "halves", item, amount=2 * (ranking.index(item) + 1 if item in ranking else left))
        for one, other in permutations(REASONS, 2):
            before = one in ranking and (other not in ranking or ranking.index(one) < ranking.index(other))
            add("reason", "wins", one, other, amount=int(before))


@pytest.mark.parametrize("seed", range(20))
def test_the_sums_of_random_histories_are_those_counted_by_hand(seed):
    chance = random.Random(seed)
    for _ in range(10):
        people = [invent_customer(chance) for _ in range(5)]  # 1,000 histories over all seeds
        assert add_up(person.fold(chance) for person in people) == count_by_hand(people)


@pytest.mark.parametrize("seed", range(6))
def test_without_one_person_the_sums_are_those_less_the_persons_share(seed):
    chance = random.Random(seed)
    profiles = [invent_customer(chance).fold(chance) for _ in range(30)]
    gone = chance.randrange(30)
    tally = add_up(profiles)
    tally.add_shares(list_shares(profiles[gone], LENS), -1)

    assert tally == add_up(profile for place, profile in enumerate(profiles) if place != gone)


@pytest.mark.parametrize("seed", range(6))
def test_two_records_of_one_person_are_one_person_when_joined(seed):
    chance = random.Random(seed)
    for _ in range(20):
        person = invent_customer(chance)
        one = Invented(person.orders[::2], person.answers[::2], person.age, person.home)
        other = Invented(person.orders[1::2], person.answers[1::2])
        halves = one.fold(chance), fold_events(renumber(other.list_events()))
        joined = join_profiles("j", *halves)
        assert add_up([joined]) == count_by_hand([person])


def renumber(events):
    """Return events under keys of their own: two records never share one."""
    return [(f"second-{key}", *rest) for key, *rest in events]


def test_somebody_who_restricted_their_data_is_in_no_figure():
    chance = random.Random(3)
    profile = invent_customer(chance).fold(chance)
    held = HeldValue(value=True, at=NOW, source="privacy", grade="confirmed")
    restricted = profile.model_copy(update={"fields": {**profile.fields, "restricted": held}})

    assert add_up([restricted]) == {"restricted": 1}


def test_a_tally_is_the_same_after_storing():
    chance = random.Random(5)
    tally = add_up(invent_customer(chance).fold(chance) for _ in range(50))
    read = load_tally(tally.dump())

    assert read == tally
    assert {type(read[key]) for key in tally} == {int, Decimal}


@pytest.mark.parametrize("text", [b"", b"x", b"\x78\x9c"])
def test_what_is_no_tally_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        load_tally(text)


@pytest.mark.parametrize("parts", [("a", "b"), ("50/50", "x"), ("100%", "%2F"), ("", "")])
def test_parts_of_a_key_come_back(parts):
    assert split_key(make_key(*parts)) == parts


def test_a_person_of_nothing_adds_themselves():
    assert add_up([Profile(customer_id="c")]) == {"people": 1, "status/unknown": 1}
