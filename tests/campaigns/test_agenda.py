"""The agenda: every reason once, in the window of whoever it is for, and never after it is handled."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.campaigns.agenda import (
    COUNTED,
    Occasion,
    is_capped,
    is_cooling,
    is_reachable,
    judge_mail,
    list_occasions,
    next_due,
)
from chalicelib.campaigns.library import list_campaigns, load_shop
from chalicelib.models import (
    ConsentState,
    Entry,
    Grade,
    MailState,
    OrderRecord,
    OrderState,
    Reading,
)
from chalicelib.people.profile import note_orders
from tests.builders.agenda import (
    ALWAYS,
    CAMPAIGNS,
    DAY,
    NOW,
    OFFER,
    SHOP,
    a_campaign,
    a_consent,
    a_note,
    a_person,
    a_shop,
    a_submission,
    an_order,
    list_ids,
)
from tests.builders.folding import fold_history
from tests.builders.work import count_calls

# Triggers


@pytest.mark.parametrize(
    ("keys", "profile", "due", "pattern"),
    [
        ({}, a_person(NOW - 9 * DAY, NOW - 2 * DAY), NOW + 28 * DAY, r"win-back:2026-02-28"),
        (
            {"trigger": "at-risk", "days": 0},
            a_person(NOW - 80 * DAY, NOW - 40 * DAY, NOW),
            NOW + 60 * DAY,
            r"win-back:2026-03-02",
        ),
        ({"trigger": "after-purchase", "days": 7}, a_person(NOW), NOW + 7 * DAY, r"win-back:[0-9a-f]{20}"),
        (
            {"trigger": "after-sign-up", "days": 400},
            a_person(),
            NOW,
            r"win-back:sign-up",
        ),
        (
            {"trigger": "after-warranty", "days": 3},
            a_person(entries={"k": Entry(kind="warranty", at=NOW)}),
            NOW + 3 * DAY,
            r"win-back:[0-9a-f]{20}",
        ),
        (
            {
                "when": {"trigger": "warranty-ending", "days": 30, "warranty_months": 24},
                "window": ALWAYS,
            },
            a_person(entries={"k": Entry(kind="warranty", at=NOW, values={"purchased_on": "2024-04-30"})}),
            datetime(2026, 3, 31, tzinfo=UTC),
            r"win-back:[0-9a-f]{20}",
        ),
        (
            {"trigger": "pre-order-shipped", "days": 0, "kind": "transactional"},
            a_person(entries={"k": Entry(kind="pre-order-shipped", at=NOW)}, consent=False),
            NOW,
            r"win-back:[0-9a-f]{20}",
        ),
    ],
)
def test_each_trigger_finds_its_reason(keys, profile, due, pattern):
    campaign = a_campaign(**keys)
    (occasion,) = list_occasions(profile, [campaign], a_shop(), NOW)
    assert occasion.due_at == due
    assert occasion.not_after == due + 14 * DAY
    assert re.fullmatch(pattern, occasion.id)
    assert next_due(profile, [campaign], a_shop(), NOW) == due


def test_each_purchase_is_a_reason_of_its_own_with_an_id_that_tells_nothing():
    first, second = list_ids(a_person(NOW, NOW), a_campaign(trigger="after-purchase", days=7))
    assert first != second
    assert "shopify" not in first + second


@pytest.mark.parametrize("change", [{"state": OrderState.CANCELLED}, {"test": True}])
def test_a_cancelled_or_test_order_is_no_reason(change):
    bought = a_person(NOW)
    changed = OrderRecord(name="shopify:s:0", order=an_order(0, NOW, **change))
    dropped = note_orders(bought, {}, {"shopify:s:0": changed})
    campaigns = [a_campaign("a", trigger="after-purchase", days=7), a_campaign("b")]
    assert len(list_ids(bought, *campaigns)) == 2
    assert list_ids(dropped, *campaigns) == []


def test_who_buys_again_has_a_new_reason():
    campaign = a_campaign()
    before = list_ids(a_person(NOW - 30 * DAY), campaign)
    assert list_ids(a_person(NOW - 30 * DAY, NOW), campaign) != before


@pytest.mark.parametrize("state", [ConsentState.PENDING, ConsentState.WITHDRAWN])
def test_who_has_not_confirmed_or_has_left_did_not_sign_up(state):
    person = a_person().model_copy(update={"consents": {"marketing": a_consent(state)}, "joined": {"marketing": NOW}})
    assert list_ids(person, a_campaign(trigger="after-sign-up", days=1)) == []


def test_a_renewed_yes_is_no_second_sign_up():
    said = [
        (ConsentState.PENDING, NOW - DAY),
        (ConsentState.GIVEN, NOW),
        (ConsentState.WITHDRAWN, NOW + 30 * DAY),
        (ConsentState.GIVEN, NOW + 60 * DAY),
    ]
    history = [
        (str(at), a_submission(at), Reading(kind="sign-up", email="a@example.org", consents=(a_consent(state, at),)))
        for state, at in said
    ]
    campaign = a_campaign(trigger="after-sign-up", days=1)
    due = [
        [each.due_at for each in list_occasions(fold_history("c-1", history[:count]), [campaign], a_shop(), now)]
        for count, now in ((1, NOW), (2, NOW), (4, NOW + 60 * DAY))
    ]
    assert due == [[], [NOW + DAY], []]


@pytest.mark.parametrize(("bought", "count"), [((), 1), ((NOW,), 1), ((NOW - 90 * DAY, NOW - DAY), 0)])
def test_welcome_is_for_somebody_new(bought, count):
    (welcome,) = (campaign for campaign in list_campaigns() if campaign.name == "welcome")
    person = a_person(*bought).model_copy(update={"joined": {"marketing": NOW}})
    assert len(list_ids(person, welcome)) == count


@pytest.mark.parametrize("said", [None, "", "soon", "30.04.2024", "9999-12-31", ["2024-04-30"]])
def test_a_warranty_without_a_day_has_no_end(said):
    values = {} if said is None else {"purchased_on": said}
    person = a_person(entries={"k": Entry(kind="warranty", at=NOW, values=values)})
    when = {"trigger": "warranty-ending", "days": 30, "warranty_months": 24}
    assert list_ids(person, a_campaign(when=when)) == []


def test_a_warranty_of_a_leap_day_ends_on_the_last_of_february():
    person = a_person(entries={"k": Entry(kind="warranty", at=NOW, values={"purchased_on": "2024-02-29"})})
    when = {"trigger": "warranty-ending", "days": 30, "warranty_months": 36}
    (occasion,) = list_occasions(person, [a_campaign(when=when)], a_shop(), NOW)
    assert occasion.reason == "warranty ends on 2027-02-28"


def test_a_date_out_of_this_world_breaks_nothing():
    ends = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)]
    entries = {str(number): Entry(kind="warranty", at=at) for number, at in enumerate(ends)}
    person = a_person(*ends, entries=entries, time_zone="Pacific/Kiritimati")
    person = person.model_copy(update={"joined": {"marketing": ends[1]}})
    triggers = ("inactive", "at-risk", "after-purchase", "after-warranty", "after-sign-up")
    campaigns = [a_campaign(trigger, trigger, 0 if trigger == "at-risk" else 9) for trigger in triggers]
    assert list_ids(person, *campaigns) == []


def test_an_occasion_ends_with_its_good_days():
    person, campaign = a_person(NOW - 30 * DAY), a_campaign()
    assert list_ids(person, campaign, now=NOW + 14 * DAY) == ["win-back:2026-01-31"]
    assert list_ids(person, campaign, now=NOW + 14 * DAY + timedelta(seconds=1)) == []


def test_an_audience_is_asked():
    assert list_ids(a_person(NOW), a_campaign(audience={"purchases_at_least": 2})) == []


# Reachable, capped, cooling, judged


@pytest.mark.parametrize(
    ("consent", "reachable"),
    [
        (a_consent(), True),
        (a_consent(grade=Grade.SIGNED), True),
        (a_consent(ConsentState.PENDING), False),
        (a_consent(ConsentState.PENDING, grade=Grade.SIGNED), False),
        (a_consent(ConsentState.WITHDRAWN), False),
        (None, False),
    ],
)
def test_marketing_needs_a_standing_yes_and_other_mail_does_not(consent, reachable):
    person = a_person(NOW).model_copy(update={"consents": {"marketing": consent} if consent else {}})
    assert is_reachable(person, a_campaign(), NOW) is reachable
    assert (next_due(person, [a_campaign()], a_shop(), NOW) is None) is not reachable
    assert is_reachable(person, a_campaign(trigger="after-purchase", kind="transactional"), NOW)


def test_nobody_of_a_smoke_test_is_reachable_whatever_they_agreed_to():
    for email, reached in (("success+1@simulator.amazonses.com", False), ("asel@amazonses.com", True)):
        for campaign in (a_campaign(), a_campaign(trigger="after-purchase", kind="transactional")):
            assert is_reachable(a_person(email=email), campaign, NOW) is reached


def test_nobody_without_an_address_is_reachable():
    person = a_person(NOW).model_copy(update={"fields": {}})
    assert not is_reachable(person, a_campaign(), NOW)
    assert not is_reachable(person, a_campaign(trigger="after-purchase", kind="transactional"), NOW)


def test_a_yes_to_something_else_is_no_yes():
    assert not is_reachable(a_person(), a_campaign(purpose="research"), NOW)


@pytest.mark.parametrize("state", MailState)
def test_the_cap_counts_what_may_have_arrived(state):
    notes = [a_note("a:1", state), a_note("b:1")]
    assert is_capped(a_person(mails=notes), a_shop(), NOW) is (state in COUNTED)
    assert {"intent", "sent", "unknown", "parked"} == set(COUNTED)


@pytest.mark.parametrize(
    ("note", "capped"),
    [
        (a_note("a:1", at=NOW - 7 * DAY + timedelta(seconds=1)), True),
        (a_note("a:1", at=NOW - 7 * DAY), False),
        (a_note("a:1", marketing=False), False),
    ],
)
def test_the_cap_looks_back_its_days_at_marketing_alone(note, capped):
    assert is_capped(a_person(mails=[note, a_note("b:1")]), a_shop(), NOW) is capped


def test_a_cooldown_is_a_campaigns_own():
    person = a_person(mails=[a_note("win-back:1", at=NOW - 5 * DAY)])
    assert is_cooling(person, a_campaign(cooldown_days=6), NOW)
    assert not is_cooling(person, a_campaign(cooldown_days=5), NOW)
    assert not is_cooling(person, a_campaign("other", cooldown_days=6), NOW)


@pytest.mark.parametrize(
    ("state", "campaign", "changes"),
    [
        (MailState.INTENT, {}, {}),
        (MailState.EXPIRED, {}, {"now": NOW + 15 * DAY}),
        (MailState.SUPPRESSED, {}, {"person": {"consent": False}}),
        (MailState.HELD_OUT, {"holdout_share": 0.5, "holdout_salt": "1"}, {}),
        (MailState.CAPPED, {"cooldown_days": 9}, {"person": {"mails": [a_note("win-back:1")]}}),
        (MailState.CAPPED, {}, {"person": {"mails": [a_note("a:1"), a_note("b:1")]}}),
        (MailState.OVER_BUDGET, {"offer": OFFER}, {"spent": Decimal(8)}),
        (MailState.INTENT, {"offer": OFFER}, {"spent": Decimal(7)}),
        (MailState.INTENT, {"kind": "transactional"}, {"person": {"mails": [a_note("a:1"), a_note("b:1")]}}),
    ],
)
def test_a_mail_is_judged(state, campaign, changes):
    changes = dict(changes)
    campaign = a_campaign(**{"trigger": "after-purchase", "days": 7, **campaign})
    person = a_person(NOW - 7 * DAY, **changes.pop("person", {}))
    (occasion,) = list_occasions(person, [campaign], a_shop(), NOW)
    verdict = judge_mail(person, campaign, occasion, a_shop(), **{"now": NOW, **changes})
    assert verdict.state is state
    assert verdict.reason


@pytest.mark.parametrize(
    ("wish", "days_ago", "capped"),
    [
        ("weekly", 6, True),
        ("weekly", 8, False),
        ("monthly", 29, True),
        ("monthly", 31, False),
        ("quarterly", 90, True),
        ("quarterly", 92, False),
        ("as it comes", 8, False),
    ],
)
def test_a_person_hears_from_us_as_often_as_they_asked(wish, days_ago, capped):
    person = a_person(mails=[a_note(at=NOW - timedelta(days=days_ago))], frequency=wish)

    assert is_capped(person, a_shop(mails=9, days=365), NOW) is capped


def test_who_is_held_out_is_so_whether_or_not_capped():
    campaign = a_campaign(holdout_share=0.5, holdout_salt="1")
    person = a_person(NOW - 30 * DAY, mails=[a_note("a:1"), a_note("b:1")])
    (occasion,) = list_occasions(person, [campaign], a_shop(), NOW)
    assert judge_mail(person, campaign, occasion, a_shop(), NOW).state is MailState.HELD_OUT


def test_a_mail_that_ses_was_too_busy_for_is_still_open():
    occasion = "win-back:2026-01-31"
    person = a_person(NOW - 30 * DAY, mails=[a_note(occasion, MailState.THROTTLED)])
    assert list_ids(person, a_campaign()) == [occasion]


def test_occasions_come_soonest_first():
    person = a_person(*(NOW + number * DAY for number in (3, 1, 2)))
    dues = [each.due_at for each in list_occasions(person, CAMPAIGNS, SHOP, NOW)]
    assert len(dues) > 3
    assert dues == sorted(dues)


def test_the_shipped_campaigns_bring_somebody_back_once():
    shop, campaigns = load_shop(), list_campaigns()
    person = a_person(NOW - 30 * DAY)
    (occasion,) = [each for each in list_occasions(person, campaigns, shop, NOW) if each.campaign == "win-back"]
    assert occasion == Occasion(
        campaign="win-back",
        id="win-back:2026-01-31",
        due_at=NOW,
        not_after=NOW + 14 * DAY,
        reason="30 days without purchase",
        source="2026-01-31",
    )


def test_the_agenda_takes_a_few_steps_for_each_order():
    campaigns = [a_campaign(f"c{number}", "after-purchase" if number % 2 else "inactive", 7) for number in range(10)]

    def count(orders):
        person = a_person(*(NOW - number * DAY for number in range(orders)), time_zone="Europe/Berlin")
        next_due(person, campaigns, SHOP, NOW)  # the zone is read from its file once
        return count_calls(next_due, person, campaigns, SHOP, NOW)

    assert count(50) < 5_000  # 3,100 counted; `make bench` says how long they take
    assert count(200) < 4 * count(50)
