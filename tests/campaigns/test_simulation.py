"""The next days: what is simulated is what sending would decide, one mail after another."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.campaigns.agenda import is_capped, is_cooling, judge_mail, list_occasions, open_window
from chalicelib.campaigns.holdout import draw_holdout
from chalicelib.campaigns.library import list_campaigns, load_shop
from chalicelib.campaigns.simulation import simulate_days
from chalicelib.models import Identity, MailState, Profile
from chalicelib.settling.dispatch import settle_item
from infra.staff.simulate import STATES, read_people, run_days, tell_stopped, write_text
from infra.staff.simulation_page import write_page
from tests.builders.agenda import CAMPAIGNS, DAY, NOW, OFFER, OFFICE, SHOP, a_campaign, a_note, a_person, a_shop, people
from tests.builders.orders import an_order
from tests.builders.shop import Shop, a_submission


def renamed(person: Profile, number: int) -> Profile:
    return person.model_copy(update={"customer_id": f"c-{number}"})


def a_crowd(count, *bought, **changes):
    return [renamed(a_person(*bought, **changes), number) for number in range(count)]


def tell(done):
    return [(line.campaign, line.state, line.at) for line in done.lines]


def test_a_quiet_customer_is_mailed_once_when_due():
    done = simulate_days([a_person(NOW - 20 * DAY)], [a_campaign()], a_shop(), NOW, 90)
    assert tell(done) == [("win-back", MailState.SENT, NOW + 10 * DAY)]
    assert done.lines[0].reason == "30 days without purchase"
    assert done.lines[0].customer_id == "c-1"


def test_what_lies_beyond_the_last_day_is_not_told():
    assert simulate_days([a_person(NOW - 20 * DAY)], [a_campaign()], a_shop(), NOW, 10).lines == ()
    assert len(simulate_days([a_person(NOW - 20 * DAY)], [a_campaign()], a_shop(), NOW, 11).lines) == 1


def test_what_was_handled_before_the_start_stays_handled():
    person = a_person(NOW - 30 * DAY, mails=[a_note("win-back:2026-01-31", at=NOW)])
    assert simulate_days([person], [a_campaign()], a_shop(), NOW, 90).lines == ()


def test_who_may_not_be_written_to_is_counted_and_no_more():
    done = simulate_days(a_crowd(3, NOW, consent=False), [a_campaign()], a_shop(), NOW, 90)
    assert (done.people, done.lines) == (3, ())


def test_overdue_mail_at_night_waits_for_the_morning():
    night = NOW.replace(hour=23)
    done = simulate_days([a_person(night - 31 * DAY)], [a_campaign()], a_shop(OFFICE), night, 9)
    assert tell(done) == [("win-back", MailState.SENT, NOW.replace(hour=9) + DAY)]


def test_the_cap_holds_over_all_campaigns():
    campaigns = [a_campaign(f"c{number}", days=30 + number) for number in range(4)]
    done = simulate_days([a_person(NOW - 30 * DAY)], campaigns, a_shop(), NOW, 90)
    assert [line.state.value for line in done.lines] == ["sent", "sent", "capped", "capped"]
    assert done.lines[2].reason == "had 2 marketing mails within 7 days"


def test_a_cooldown_holds():
    campaign = a_campaign(trigger="after-purchase", days=7, cooldown_days=30)
    done = simulate_days([a_person(NOW, NOW + 8 * DAY, NOW + 40 * DAY)], [campaign], a_shop(), NOW, 90)
    assert [line.state.value for line in done.lines] == ["sent", "capped", "sent"]


def test_a_budget_is_never_passed():
    campaign = a_campaign(offer=OFFER)
    done = simulate_days(a_crowd(9, NOW), [campaign], a_shop(), NOW, 90)
    assert done.count_states("win-back") == {MailState.SENT: 3, MailState.OVER_BUDGET: 6}
    assert done.promised == {"win-back": 9}
    assert done.lines[-1].reason == "the budget of 10 EUR is promised"


def test_the_holdout_is_the_one_that_sending_draws():
    campaign = a_campaign(holdout_share=0.3)
    done = simulate_days(a_crowd(200, NOW), [campaign], a_shop(), NOW, 90)
    held = {line.customer_id for line in done.lines if line.state is MailState.HELD_OUT}
    assert held == {f"c-{number}" for number in range(200) if draw_holdout(f"c-{number}", campaign)}
    assert 0 < len(held) < 200


def test_the_same_start_gives_the_same_days_whatever_the_order_of_people():
    crowd = [renamed(a_person(NOW - number * DAY), number) for number in range(40)]
    campaigns = [a_campaign(offer=OFFER, holdout_share=0.2), a_campaign("b", "after-purchase", 3)]
    one, other = (simulate_days(order, campaigns, a_shop(OFFICE), NOW, 60) for order in (crowd, crowd[::-1]))
    assert one == other


def replay_daily(person: Profile, hours: int) -> list[tuple[str, MailState]]:
    """Do as the job does: look every hour, decide whatever is due, note it."""
    told: list[tuple[str, MailState]] = []
    named = {campaign.name: campaign for campaign in CAMPAIGNS}
    for hour in range(hours):
        now = NOW - 60 * DAY + timedelta(hours=hour)
        while due := [each for each in list_occasions(person, CAMPAIGNS, SHOP, now) if each.due_at <= now]:
            campaign = named[due[0].campaign]
            verdict = judge_mail(person, campaign, due[0], SHOP, now).state
            state = MailState.SENT if verdict is MailState.INTENT else verdict
            note = a_note(due[0].id, state, now, campaign.is_marketing)
            person = person.model_copy(update={"mails": {**person.mails, note.occasion: note}})
            told.append((due[0].id, state))
    return told


@settings(deadline=None, max_examples=25)
@given(people)
def test_an_hourly_job_does_what_was_simulated(person):
    """At home in UTC: where windows open at half past, an hourly job comes half an hour late."""
    home = a_person(time_zone="UTC").fields
    person = person.model_copy(update={"fields": home})
    done = simulate_days([person], CAMPAIGNS, SHOP, NOW - 60 * DAY, 20)
    assert [(line.occasion, line.state) for line in done.lines] == replay_daily(person, 20 * 24)


@settings(deadline=None)
@given(st.lists(people, max_size=4))
def test_no_simulated_mail_breaks_a_rule(crowd):
    named = {campaign.name: campaign for campaign in CAMPAIGNS}
    done = simulate_days([renamed(person, number) for number, person in enumerate(crowd)], CAMPAIGNS, SHOP, NOW, 90)
    once = Counter((line.customer_id, line.occasion) for line in done.lines)
    assert set(once.values()) <= {1}
    notes = {}
    for line in done.lines:
        person, campaign = crowd[int(line.customer_id[2:])], named[line.campaign]
        before = person.model_copy(update={"mails": {note.occasion: note for note in notes.get(line.customer_id, [])}})
        assert open_window(person, campaign, SHOP, line.at) == line.at
        if line.state is MailState.SENT:
            assert not (campaign.is_marketing and is_capped(before, SHOP, line.at))
            assert not is_cooling(before, campaign, line.at)
        note = a_note(line.occasion, line.state, line.at, campaign.is_marketing)
        notes.setdefault(line.customer_id, []).append(note)


def a_run(count=30, days=90):
    crowd = [renamed(a_person(NOW - number * DAY), number) for number in range(count)]
    return simulate_days(crowd, list_campaigns(), load_shop(), NOW, days)


def test_every_table_adds_up_to_the_same_mails():
    done = a_run()
    assert len(done.lines) > 60
    assert sum(done.count_states(name).total() for name in done.campaigns) == len(done.lines)
    assert sum(done.count_day(day).total() for day in range(done.days)) == len(done.lines)
    assert set(done.promised) == {"win-back"}
    text = write_text(done)
    rows = re.findall(r"^(?:win-back|post-purchase|survey-invitation|welcome) +(\d+)", text, re.MULTILINE)
    assert sum(map(int, rows)) == len(done.lines)
    assert f"and {len(done.lines) - 40} more, on the page" in text


@pytest.mark.parametrize(("count", "days"), [(0, 1), (30, 90), (30, 365)])
def test_the_page_is_well_formed_and_its_chart_is_told_in_words(count, days):
    done = a_run(count, days)
    page = write_page(done, STATES)
    chart = ElementTree.fromstring(re.search(r"<svg.*?</svg>", page, re.DOTALL)[0])
    title, desc = chart.find("title"), chart.find("desc")
    assert chart.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    sent = sum(line.state is MailState.SENT for line in done.lines)
    assert desc.text.startswith(f"{sent} sent, ")
    assert len(chart.findall("g")) == (days if days <= 120 else -(-days // 7))
    assert page.count("<tr>") == 1 + len(done.campaigns) + (1 + len(done.lines) if done.lines else 0)
    assert ("Nobody would hear from the shop" in page) == (not done.lines)


def test_the_bars_are_as_high_as_the_counts():
    done = a_run()
    chart = ElementTree.fromstring(re.search(r"<svg.*?</svg>", write_page(done, STATES), re.DOTALL)[0])
    drawn = sum(float(bar.get("height")) for bar in chart.iter("rect"))
    most = max(done.count_day(day).total() for day in range(done.days))
    assert drawn / (300 - 12 - 36) * most == pytest.approx(len(done.lines), rel=0.01)


def test_the_shops_own_customers_are_read_and_nothing_is_written(tables, tmp_path):
    shop = Shop(tables, tmp_path)
    consent = {"purpose": "marketing", "words": "w", "words_version": "1", "language": "en"}
    shop.take(a_submission(email="a@example.org", consents=[consent], at=NOW))
    shop.take(a_submission(email="b@example.org", at=NOW))
    before = shop.read_all("customers")

    done = run_days(shop.services(), NOW, 9, Counter())

    assert done.people == 2 == len(list(read_people(shop.services(), Counter())))
    assert [(line.customer_id, line.campaign) for line in done.lines] == [(shop.find_id("a@example.org"), "welcome")]
    assert shop.read_all("customers") == before


def test_budgets_and_suppressed_addresses_are_those_of_the_shop(tables, tmp_path):
    shop = Shop(tables, tmp_path)
    consent = {"purpose": "marketing", "words": "Yes.", "words_version": "2026-01-01", "language": "en"}
    for name in ("a", "b"):
        shop.take(a_submission(email=f"{name}@example.org", consents=[consent], at=NOW))
        settle_item(shop.accept(an_order(f"{name}@example.org", at=NOW, number=ord(name))), shop.services(), NOW)
    services = shop.services()
    people, suppressions = services.people, services.suppressions
    stops = people.name_rows(Identity(kind="email", value="b@example.org"))
    spent = services.budgets.spend_budget("win-back", 50_000, 50_000)
    people.table.commit_parts([spent, *(suppressions.write_stop(stop, "bounced", NOW) for stop in stops)])

    shop.take(a_submission(email="c@example.org", consents=[consent], at=NOW))
    settle_item(shop.accept(an_order("c@example.org", at=NOW, number=99)), shop.services(), NOW)
    [row] = people.name_rows(Identity(kind="email", value="c@example.org"))
    held = {"pk": {"S": row}, "sk": {"S": "identity"}, "owner": {"S": "another-customer"}}
    shop.dynamodb.put_item(TableName=people.table.name, Item=held)

    done = run_days(services, NOW, 60, Counter())

    own = shop.find_id("a@example.org")
    [state] = [line.state for line in done.lines if (line.customer_id, line.campaign) == (own, "win-back")]
    assert state in (MailState.OVER_BUDGET, MailState.HELD_OUT)  # as the draw has it
    assert {line.state for line in done.lines if line.customer_id != own} == {MailState.SUPPRESSED}
    assert done.promised["win-back"] == 500


def test_days_out_of_range_are_refused():
    ran = subprocess.run(
        [sys.executable, "-m", "infra.staff.simulate", "0"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "1 to 3660" in ran.stderr


def test_a_campaign_that_staff_stopped_is_left_out_and_named(tables, tmp_path):
    shop = Shop(tables, tmp_path)
    consent = {"purpose": "marketing", "words": "Yes.", "words_version": "2026-01-01", "language": "en"}
    shop.take(a_submission(email="a@example.org", consents=[consent], at=NOW))
    services = shop.services()
    assert {line.campaign for line in run_days(services, NOW, 60, Counter()).lines} == {"welcome"}
    assert tell_stopped(services) == ""
    services.table.commit_parts(services.halts.stop_campaign("welcome", "v7Jk2mXq8RtWz4Lp0YdNcA", NOW))
    assert run_days(services, NOW, 60, Counter()).lines == ()
    assert "welcome" in tell_stopped(services)
