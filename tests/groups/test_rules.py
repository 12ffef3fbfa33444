"""The language of groups: who meets each condition, at which moment, and with which reasons."""

from datetime import timedelta

import pytest

from chalicelib.groups.clauses import JUDGES, Gauge
from chalicelib.groups.judge import judge_rule, meets_rule
from chalicelib.groups.rule import PLAIN, Rule
from chalicelib.models import AgeSaid, AnswerMark, HeldName, LineItem, MailState, Profile
from chalicelib.shop import own
from tests.builders.agenda import DAY, NOW, a_consent, a_note, a_person, an_order, held
from tests.builders.folding import profile_of
from tests.builders.own import open_own, write_own

PRODUCTS = """\
products = [
  { starts = "Assam", category = "tea" },
  { name = "Decaf", category = "coffee" },
]
"""


@pytest.fixture(autouse=True)
def shop_files(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch):
        write_own(own.FOLDER, "products.toml", PRODUCTS)
        yield


def who_bought(*orders):
    """Return somebody who bought these products so many days ago."""
    made = {
        f"shopify:s:{number}": an_order(number, NOW - days * DAY, items=(LineItem(title=item),))
        for number, (item, days) in enumerate(orders)
    }
    return profile_of("c", orders=made)


TEA = who_bought(("assam  100 G", 10), ("Assam 50 g", 100), ("Decaf", 200))
STEADY = who_bought(*((f"Tea {n}", 10 + 10 * n) for n in range(4)))  # every ten days, the last ten days ago


def who_answered(*scores):
    """Return somebody who gave these scores so many days ago, each with how they found the shop."""
    marks = {
        str(days): AnswerMark(at=NOW - days * DAY, kind="survey", event=f"e#{days}", values={"score": score, **more})
        for score, days, more in scores
    }
    return Profile(customer_id="c", answers=marks)


HAPPY = who_answered((3, 400, {"found_us": "friend"}), (9, 30, {"found_us": "search"}))


def who_is(age):
    return Profile(customer_id="c", ages=(AgeSaid(at=NOW, age="16-24"), AgeSaid(at=NOW + DAY, age=age)))


def who_clicked(days=None, mails=3):
    notes = {f"x:{n}": a_note(f"x:{n}") for n in range(mails)} | {"x:h": a_note("x:h", MailState.HELD_OUT)}
    return Profile(customer_id="c", mails=notes, clicked=None if days is None else NOW - days * DAY)


def who_came_by(source="", order="", account=""):
    fields = {"name": held("Asha").model_copy(update={"source": source})} if source else {}
    orders = {order: an_order(1, NOW)} if order else {}
    names = (HeldName(kind="id", value=account, at=NOW),) if account else ()
    return profile_of("c", fields=fields, orders=orders, identities=names)


def who_joined(purpose, days, state="given"):
    """Return somebody who first agreed to a purpose so many days ago; `state` is what stands now."""
    consent = a_consent(state).model_copy(update={"purpose": purpose})
    return Profile(customer_id="c", consents={purpose: consent}, joined={purpose: NOW - days * DAY})


NOBODY = Profile(customer_id="c")
CASES = [
    ({"bought": [{"product": "Assam 100 g"}]}, TEA, True),
    ({"bought": [{"product": "ASSAM  100 g", "within_days": 10}]}, TEA, False),
    ({"bought": [{"product": "Assam 100 g", "within_days": 11}]}, TEA, True),
    ({"bought": [{"category": "tea", "at_least": 2}]}, TEA, True),
    ({"bought": [{"category": "tea", "at_least": 2, "within_days": 90}]}, TEA, False),
    ({"bought": [{"category": "tea", "at_most": 1, "within_days": 90}]}, TEA, True),
    ({"bought": [{"category": "tea", "at_least": 1, "at_most": 1}]}, TEA, False),
    ({"bought": [{"product": "Decaf", "at_most": 0}]}, TEA, False),
    ({"bought": [{"product": "Grinder", "at_most": 0}]}, TEA, True),
    ({"bought": [{"product": "Grinder", "at_most": 0}]}, NOBODY, True),
    ({"bought": [{"within_days": 100, "at_least": 2}]}, TEA, False),
    ({"bought": [{"within_days": 101, "at_least": 2}]}, TEA, True),
    ({"bought": [{"category": "tea"}, {"product": "Grinder"}]}, TEA, False),
    ({"purchases_at_most": 0}, TEA, False),
    ({"purchases_at_most": 0}, NOBODY, True),
    ({"standing": ["active"]}, STEADY, True),
    ({"standing": ["at-risk", "inactive"]}, STEADY, False),
    ({"standing": ["no-purchase"]}, STEADY, False),
    ({"standing": ["no-purchase"]}, NOBODY, True),
    ({"usual_gap_at_least": 10, "usual_gap_at_most": 10}, STEADY, True),
    ({"usual_gap_at_least": 11}, STEADY, False),
    ({"usual_gap_at_most": 9}, STEADY, False),
    ({"usual_gap_at_most": 90}, who_bought(("Tea", 1)), False),
    ({"silent_at_least": 10, "silent_at_most": 10}, STEADY, True),
    ({"silent_at_least": 11}, STEADY, False),
    ({"silent_at_most": 9}, STEADY, False),
    ({"silent_at_least": 1}, NOBODY, False),
    ({"found_us": ["friend"]}, HAPPY, True),
    ({"found_us": ["search"]}, HAPPY, False),
    ({"found_us": ["friend"]}, Profile(customer_id="c", fields={"found_us": held("friend")}), True),
    ({"found_us": ["friend"]}, NOBODY, False),
    ({"senders": ["form"]}, who_came_by(source="form:sign-up"), True),
    ({"senders": ["shopify"]}, who_came_by(order="shopify:a:1"), True),
    ({"senders": ["square", "stripe"]}, who_came_by(account="stripe:a:7"), True),
    ({"senders": ["form"]}, who_came_by(order="shopify:form:1"), False),
    ({"member": {"purpose": "rewards"}}, who_joined("rewards", 5), True),
    ({"member": {"purpose": "rewards"}}, who_joined("rewards", 5, "withdrawn"), False),
    ({"member": {"purpose": "rewards"}}, who_joined("marketing", 5), False),
    ({"member": {"purpose": "rewards", "at_least_days": 5}}, who_joined("rewards", 5), True),
    ({"member": {"purpose": "rewards", "at_least_days": 6}}, who_joined("rewards", 5), False),
    ({"member": {"purpose": "rewards", "at_least_days": 5}}, who_joined("rewards", 5, "withdrawn"), False),
    ({"member": {"purpose": "rewards", "at_most_days": 5}}, who_joined("rewards", 5), True),
    ({"member": {"purpose": "rewards", "at_most_days": 4}}, who_joined("rewards", 5), False),
    ({"member": {"purpose": "rewards", "at_most_days": 0}}, who_joined("rewards", -1), False),
    ({"not_member": ["rewards", "marketing"]}, who_joined("rewards", 5), False),
    ({"not_member": ["rewards"]}, who_joined("rewards", 5, "withdrawn"), True),
    ({"not_member": ["rewards"]}, NOBODY, True),
    ({"score": {"at_least": 9}}, HAPPY, True),
    ({"score": {"at_least": 9, "within_days": 30}}, HAPPY, False),
    ({"score": {"at_most": 6}}, HAPPY, False),
    ({"score": {"question": "stars", "at_least": 1}}, HAPPY, False),
    ({"score": {"at_least": 0}}, NOBODY, False),
    ({"age_at_least": 25, "age_at_most": 34}, who_is("25-34"), True),
    ({"age_at_least": 26}, who_is("25-34"), False),
    ({"age_at_most": 33}, who_is("25-34"), False),
    ({"age_at_least": 65}, who_is("65+"), True),
    ({"age_at_most": 120}, who_is("65+"), False),
    ({"age_at_least": 35, "age_at_most": 36}, who_is("1990"), True),
    ({"age_at_least": 36}, who_is("1990"), False),
    ({"age_at_most": 35}, who_is("1990"), False),
    ({"age_at_least": 1}, NOBODY, False),
    ({"consents": ["marketing"]}, Profile(customer_id="c", consents={"marketing": a_consent()}), True),
    ({"consents": ["marketing"]}, Profile(customer_id="c", consents={"marketing": a_consent("withdrawn")}), False),
    ({"consents": ["marketing"]}, Profile(customer_id="c", consents={"marketing": a_consent("pending")}), False),
    ({"mails_at_least": 3}, who_clicked(), True),
    ({"mails_at_least": 4}, who_clicked(), False),
    ({"never_clicked": True}, who_clicked(), True),
    ({"never_clicked": True}, who_clicked(900), False),
    ({"clicked_within_days": 30}, who_clicked(29), True),
    ({"clicked_within_days": 30}, who_clicked(30), False),
    ({"clicked_within_days": 30}, who_clicked(), False),
]


@pytest.mark.parametrize(("keys", "profile", "meets"), CASES)
def test_a_rule_takes_whom_it_names(keys, profile, meets):
    rule = Rule.model_validate(keys)
    verdict = judge_rule(profile, rule, Gauge(NOW))
    assert verdict.belongs is meets
    assert meets_rule(profile, rule, Gauge(NOW)) is meets
    assert all(outcome.holds for outcome in verdict.outcomes) is meets


def test_every_condition_of_a_rule_has_its_judge_and_a_case():
    tried = {name for keys, _, _ in CASES for name, _ in Rule.model_validate(keys).clauses}
    old = {"purchases_at_least", "spent_at_least", "languages", "age_bands", "has_entry", "lacks_entry", "fields"}
    assert tried | old == set(JUDGES)  # tests/campaigns/test_definitions.py tries the old ones
    assert set(PLAIN) <= set(JUDGES)


def test_a_verdict_has_the_outcome_of_each_condition():
    rule = Rule.model_validate({"purchases_at_least": 3, "standing": ["inactive"], "bought": [{"category": "tea"}]})
    verdict = judge_rule(TEA, rule, Gauge(NOW))
    assert [(outcome.name, outcome.holds) for outcome in verdict.outcomes] == [
        ("purchases_at_least", True),
        ("standing", False),
        ("bought_at_least", True),
    ]
    assert not verdict.belongs


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"member": {"purpose": "a", "at_least_days": 5, "at_most_days": 4}}, "at_most_days is less"),
        ({"member": {"purpose": "a"}, "not_member": ["b", "a"]}, "not_member names .*: a$"),
        ({"consents": ["b"], "not_member": ["b"]}, "not_member names .*: b$"),
        ({"member": {}}, "purpose"),
    ],
)
def test_a_membership_that_nobody_can_have_is_refused(keys, why):
    with pytest.raises(ValueError, match=r"(?m)" + why.replace("$", r"( \[|$)")):
        Rule.model_validate(keys)


def test_who_restricted_their_data_belongs_nowhere():
    profile = a_person(NOW - DAY, restricted=True)
    verdict = judge_rule(profile, Rule(), Gauge(NOW))
    assert verdict.restricted
    assert not verdict.belongs
    assert not meets_rule(profile, Rule(), Gauge(NOW))


@pytest.mark.parametrize(
    ("keys", "timeless"),
    [
        ({"purchases_at_least": 2, "score": {"at_least": 9}, "bought": [{"category": "tea"}]}, True),
        ({"bought": [{"category": "tea"}, {"within_days": 3}]}, False),
        ({"score": {"at_least": 9, "within_days": 3}}, False),
        ({"standing": ["active"]}, False),
        ({"silent_at_least": 3}, False),
        ({"clicked_within_days": 3}, False),
        ({"age_at_most": 30}, False),
        ({"member": {"purpose": "rewards"}, "not_member": ["marketing"]}, True),
        ({"member": {"purpose": "rewards", "at_most_days": 0}}, False),
    ],
)
def test_a_rule_knows_whether_time_alone_changes_who_meets_it(keys, timeless):
    assert Rule.model_validate(keys).is_timeless is timeless


def test_the_moment_decides_and_what_comes_after_it_is_not_known_yet():
    rule = Rule.model_validate({"silent_at_least": 20})
    assert [meets_rule(STEADY, rule, Gauge(NOW + days * DAY)) for days in (0, 9, 10, 11)] == [False, False, True, True]
    assert not meets_rule(STEADY, Rule.model_validate({"bought": [{}]}), Gauge(NOW - 50 * DAY))
    assert not meets_rule(HAPPY, Rule.model_validate({"score": {"at_least": 9}}), Gauge(NOW - 40 * DAY))
    assert not meets_rule(who_clicked(5), Rule.model_validate({"clicked_within_days": 9}), Gauge(NOW - 6 * DAY))


def test_the_shops_rule_of_silence_is_the_shops():
    rule, person = Rule.model_validate({"standing": ["inactive"]}), who_bought(("Tea", 40))
    assert [meets_rule(person, rule, Gauge(NOW, days)) for days in (30, 60)] == [True, False]
    assert timedelta(days=40) == NOW - person.last_purchase
