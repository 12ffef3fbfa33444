"""Groups in the numbers: counts by hand, forgetting, small groups, and files that change between two counts."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.groups.group import Group
from chalicelib.models import Consent, HeldValue
from chalicelib.numbers.lens import make_lens
from chalicelib.numbers.memberships import choose_counted, name_counted, read_groups, show_count
from chalicelib.numbers.share import list_shares
from chalicelib.numbers.tally import Tally
from tests.builders.invented import PRODUCTS, invent_customer
from tests.builders.shop import NOW

GRINDER = PRODUCTS[3]
RULES = {
    "everybody": {},
    "often": {"purchases_at_least": 4},
    "lately": {"bought": [{"within_days": 120}]},
    "grinders": {"bought": [{"product": GRINDER, "at_least": 2}]},
    "no-grinder": {"bought": [{"product": GRINDER, "at_most": 0}], "purchases_at_least": 1},
    "rich": {"spent_at_least": {"EUR": "200"}},
    "friends": {"found_us": ["friend"]},
    "happy": {"score": {"at_least": 9}},
    "silent": {"silent_at_least": 90},
}
GROUPS = tuple(Group(name=name, title=name, rule=rule) for name, rule in RULES.items())
LENS = make_lens((), NOW, groups=GROUPS)


def list_by_hand(person):
    """Return the groups of a customer, worked out from the plain facts in another way."""
    kept = sorted((order for order in person.orders if order.counts), key=lambda order: order.at)
    grinders = sum(GRINDER in order.items for order in kept)
    silence = (NOW - kept[-1].at).days if kept else -1
    sources = [source for _, _, source, _ in sorted(person.answers) if source]
    scores = [score for _, score, _, _ in sorted(person.answers, key=lambda each: each[0]) if score is not None]
    found = {
        "everybody": True,
        "often": len(kept) >= 4,
        "lately": any(order.at > NOW - timedelta(days=120) for order in kept),
        "grinders": grinders >= 2,
        "no-grinder": bool(kept) and not grinders,
        "rich": sum((order.total - order.back for order in kept), Decimal(0)) >= 200,
        "friends": sources[:1] == ["friend"],
        "happy": bool(scores) and scores[-1] >= 9,
        "silent": silence >= 90,
    }
    return [name for name, holds in found.items() if holds]


def agree(profile, chance):
    """Return the profile with an address in three of four, a yes or no in two of three; and whether to mail them."""
    address, said = chance.random() < 0.75, chance.choice(["given", "withdrawn", ""])
    held = HeldValue(value="a@example.org", at=NOW, source="form", grade="typed")
    fields = {**profile.fields, "email": held} if address else profile.fields
    consents = {"marketing": Consent(purpose="marketing", state=said, at=NOW, channel="form")} if said else {}
    return profile.model_copy(update={"fields": fields, "consents": consents}), address and said == "given"


def add_up(profiles):
    tally = Tally()
    for profile in profiles:
        tally.add_shares(list_shares(profile, LENS))
    return tally


@pytest.mark.parametrize("seed", range(8))
def test_the_counts_of_random_histories_are_those_counted_by_hand_and_one_less_without_one(seed):
    chance = random.Random(seed)
    by_hand, people = {}, []
    for _ in range(40):
        person = invent_customer(chance)
        profile, mailable = agree(person.fold(chance), chance)
        people.append((profile, set(list_by_hand(person)), mailable))
    for _, names, mailable in people:
        for name in names:
            by_hand[name] = by_hand.get(name, 0) + 1
            by_hand[name, "mail"] = by_hand.get((name, "mail"), 0) + mailable
    tally = add_up(profile for profile, _, _ in people)
    for group in GROUPS:
        counts = [tally.count("group", group.name, group.edition, kind) for kind in ("people", "mailable")]
        assert counts == [by_hand.get(group.name, 0), by_hand.get((group.name, "mail"), 0)], group.name
    gone, names, mailable = people[chance.randrange(40)]
    without = add_up(profile for profile, _, _ in people if profile is not gone)
    tally.add_shares(list_shares(gone, LENS), -1)
    assert tally == without
    assert all(by_hand[name] - 1 == without.count("group", name, find(name).edition, "people") for name in names)


def find(name):
    return next(group for group in GROUPS if group.name == name)


@pytest.mark.parametrize(("people", "told"), [(0, 0), (1, None), (4, None), (5, 5), (9, 5), (10, 10), (104, 100)])
def test_a_small_group_is_hidden_and_others_are_told_in_steps(people, told):
    assert show_count(people) == told
    group = find("often")
    tally = Tally({f"group/often/{group.edition}/people": people})
    (one,) = [each for each in read_groups(tally, LENS) if each.group == "often"]
    assert one.people == told


def test_a_rule_that_changed_since_the_count_is_not_read_from_it():
    named = name_counted(GROUPS)
    changed = Group(name="often", title="often", rule={"purchases_at_least": 5})
    assert choose_counted(GROUPS, named) == GROUPS
    assert choose_counted((changed,), named) == ()
