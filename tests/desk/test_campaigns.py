"""The pages of campaigns: what runs and how it stands, a stop and a start, what came of it, the next 90 days."""

import json
import re
from datetime import timedelta

import pytest

from chalicelib.campaigns.library import list_on_file
from chalicelib.campaigns.triggers import TRIGGERS
from chalicelib.desk.running import counting
from chalicelib.desk.words import find_desk_words
from chalicelib.outreach.decide import handle_customer
from chalicelib.words import list_languages
from tests.builders.campaigns import OFFER, a_campaign
from tests.builders.mails import DUE, Post, sign_up
from tests.builders.own import open_own, write_own
from tests.builders.reports import DAY, a_group
from tests.builders.shop import NOW, a_submission

ASEL = "asel@example.org"


@pytest.fixture
def ben(desk):
    desk.services.campaigns = (a_campaign(offer=OFFER, holdout_share=0.1, cooldown_days=9),)
    return desk.hire("staff", "Ben Okafor")


@pytest.fixture(autouse=True)
def _on_file(monkeypatch):
    """Let the campaign of the tests be on file beside those that ship."""
    found = (*list_on_file(), a_campaign(offer=OFFER, holdout_share=0.1, cooldown_days=9))
    only = {each.name: each for each in found}
    monkeypatch.setattr("chalicelib.desk.running.states.list_on_file", lambda: tuple(only.values()))


def test_every_campaign_on_file_is_listed_with_its_state(desk, ben):
    page = ben.read("/campaigns")
    for campaign in list_on_file():
        assert f'href="/campaigns/{campaign.name}"' in page
    assert page.count('class="mark running"') == 1
    assert page.count('class="mark off"') == page.count('class="mark ') - 1


@pytest.mark.parametrize("language", list_languages())
def test_every_trigger_has_a_sentence(language):
    told = find_desk_words(language).campaigns.triggers
    assert set(told) == set(TRIGGERS)
    assert [name for name, sentence in told.items() if TRIGGERS[name].takes and "{delay}" not in sentence] == []


def test_a_viewer_sees_campaigns_and_stops_none(desk, ben):
    viewer = desk.hire("viewer", "Leyla Rahimi")
    page = viewer.read("/campaigns/welcome")
    assert "Rules" in page
    assert "/stop" not in page
    assert viewer.post("/campaigns/welcome/stop").status_code == 403
    assert desk.services.halts.read_halts(["welcome"]) == {}


def test_rules_are_told_in_words_with_what_is_left(desk, ben):
    services = desk.services
    services.table.commit_parts([services.budgets.spend_budget("welcome", 150, 50_000)])
    page = re.sub(r"<[^>]+>", "", ben.read("/campaigns/welcome"))
    for told in (
        "after the first consent",
        "News and offers by email",
        "marketing emails to one customer in",
        "not again within 9 days",
    ):
        assert told in page
    assert "10% of the customers get no email" in page
    assert "$98.50 of $100 left" in page
    assert "0 ready" in page


def test_a_stop_is_one_act_with_name_and_time_and_sending_respects_it(desk, ben):
    shop, post = desk.shop, Post()
    customer = sign_up(shop)
    answer = ben.post("/campaigns/welcome/stop")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/campaigns/welcome")
    page = ben.read("/campaigns/welcome")
    assert "Stopped since" in page
    assert "Ben Okafor" in page
    assert "Ben Okafor" in ben.read("/campaigns")
    assert desk.list_audit()[-1] == (ben.staff_id, "stopped the campaign welcome")
    services = shop.services(post)
    assert handle_customer(customer, services, DUE) == "stopped"
    assert ben.post("/campaigns/welcome/start").headers["Location"] == "/campaigns/welcome"
    assert desk.list_audit()[-1] == (ben.staff_id, "let the campaign welcome go on")
    assert handle_customer(customer, services, DUE + timedelta(hours=1)) == "sent"


def test_stopping_twice_changes_nothing(desk, ben):
    ben.post("/campaigns/welcome/stop")
    first = desk.services.halts.read_halts(["welcome"])
    mara = desk.hire("owner", "Mara Lind")
    lines = len(desk.list_audit())
    assert mara.post("/campaigns/welcome/stop").status_code == 303
    assert desk.services.halts.read_halts(["welcome"]) == first
    assert len(desk.list_audit()) == lines


def test_starting_asks_for_the_passkey_and_stopping_does_not(desk, ben):
    desk.wait(minutes=6)
    assert ben.post("/campaigns/welcome/stop").headers["Location"] == "/campaigns/welcome"
    assert ben.post("/campaigns/welcome/start").headers["Location"].startswith("/touch?next=")
    assert set(desk.services.halts.read_halts(["welcome"])) == {"welcome"}


def test_what_is_off_or_unknown_can_not_be_stopped(desk, ben):
    assert ben.post("/campaigns/post-purchase/stop").status_code == 409
    assert ben.post("/campaigns/nothing/stop").status_code == 404
    assert ben.get("/campaigns/nothing").status_code == 404


def test_who_was_dismissed_meanwhile_stops_nothing(desk, ben, monkeypatch):
    """The stop's transaction holds the condition that the member still works here."""
    owner, token = desk.hire("owner", "Mara Lind"), ben.read_token()
    gone = desk.services.staff.read_member(ben.staff_id)
    from chalicelib.desk.running import states

    find = states.find_listed

    def find_late(request, name):
        found = find(request, name)
        desk.services.desk_table.commit_parts(desk.services.staff.write_dismissal(gone, desk.now))
        return found

    monkeypatch.setattr(states, "find_listed", find_late)
    assert ben.post("/campaigns/welcome/stop", token=token).status_code == 409
    assert desk.services.halts.read_halts(["welcome"]) == {}
    assert 'class="mark stopped"' not in owner.read("/campaigns")


def test_what_came_of_a_campaign_has_figures_with_their_doubt(desk, ben):
    facts = [*a_group("sent", 400, returned=80), *a_group("held_out", 60, returned=5, first=1000)]
    for fact in facts:
        numbers = dict(fact.numbers)
        part = desk.services.facts.write_fact(
            "welcome", fact.kind, fact.mail_id, desk.now - 30 * DAY, order=fact.order, **numbers
        )
        desk.services.table.commit_parts([part])
    page = ben.read("/campaigns/welcome")
    assert page.count("<svg") == 3
    assert page.count('role="img"') == 3
    told = " ".join(re.sub(r"<[^>]+>", "", page.partition("<main")[2]).split())
    assert "Of 100 customers who were emailed, 11.7 more bought than without the email; it may be 1.3 to 18." in told
    assert "sent 400 (87%) held out 60 (13%)" in told
    assert re.search(r"20%, between 1[\d.]+% and 2[\d.]+%", page)


def test_too_many_facts_are_told_and_not_counted(desk, ben, monkeypatch):
    from chalicelib.desk.running import results

    monkeypatch.setattr(results, "MOST_FACTS", 3)
    for number in range(5):
        fact = desk.services.facts.write_fact("welcome", "planned", f"m{number}", desk.now)
        desk.services.table.commit_parts([fact])
    assert "make report" in ben.read("/campaigns/welcome")


def take_forecast(browser):
    """Begin a count and look until it is over; return the last page and how many looks it took."""
    assert browser.post("/forecast").headers["Location"] == "/forecast"
    for looks in range(1, 30):
        answer = browser.get("/forecast")
        if "Refresh" not in answer.headers:
            return answer.body.decode(), looks
        assert answer.headers["Refresh"].endswith("url=/forecast")
        assert "<progress" in answer.body.decode()
    raise AssertionError("the count does not end")


@pytest.fixture
def crowd(desk, ben):
    """Let nine customers join the list."""
    desk.services.campaigns = (a_campaign(when={"trigger": "after-sign-up", "days": 1}),)
    desk.millis = int(NOW.timestamp() * 1000)
    ben.sign_in()
    return [sign_up(desk.shop, f"p{number}@example.org") for number in range(9)]


def read_sums(page):
    return [int(each) for each in re.findall(r"<td>(\d+)</td>", page.partition("<tfoot>")[2])]


def test_the_next_90_days_are_counted_in_steps_and_name_nobody(desk, ben, crowd, monkeypatch):
    before = desk.shop.read_all("customers")
    monkeypatch.setattr(counting, "BATCH", 2)
    monkeypatch.setattr(counting, "STEP", 0)
    page, looks = take_forecast(ben)
    assert looks >= 5
    assert read_sums(page) == [9]
    assert "9 customers" in page
    assert not any(customer in page for customer in crowd)
    assert "example.org" not in page
    lines = [line for line in desk.services.audit.list_accesses(f"{desk.now:%Y-%m}") if line.customer == "everybody"]
    assert [(line.actor, line.reason) for line in lines] == [(ben.staff_id, "forecast: what campaigns would do")]
    after = desk.shop.read_all("customers")
    assert after == before
    row = next(row for row in desk.stage.read_all("desk") if row["pk"]["S"].startswith("forecast#"))
    assert not any(customer in row["counts"]["S"] for customer in crowd)
    assert json.loads(row["counts"]["S"])["welcome"]["sent"] == [9, *[0] * 12]


def test_two_tabs_take_no_step_twice(desk, ben, crowd, monkeypatch):
    monkeypatch.setattr(counting, "BATCH", 3)
    monkeypatch.setattr(counting, "STEP", 0)
    ben.post("/forecast")
    count, other = counting.count_page, []

    def count_late(*given):
        if not other:
            other.append(True)
            ben.get("/forecast")  # the other tab takes the same step and the next, and is quicker
            ben.get("/forecast")
        return count(*given)

    monkeypatch.setattr(counting, "count_page", count_late)
    ben.get("/forecast")
    assert desk.services.forecasts.read_forecast(ben.staff_id, desk.now).met == 6
    while "Refresh" in (answer := ben.get("/forecast")).headers:
        pass
    assert read_sums(answer.body.decode()) == [9]


def test_a_count_is_of_the_member_who_began_it_and_ends_with_the_right(desk, ben, crowd, monkeypatch):
    monkeypatch.setattr(counting, "BATCH", 2)
    monkeypatch.setattr(counting, "STEP", 0)
    ben.post("/forecast")
    viewer = desk.hire("viewer", "Leyla Rahimi")
    assert viewer.get("/forecast").status_code == 403
    assert "/forecast" not in viewer.read("/campaigns")
    assert viewer.post("/forecast").status_code == 403
    desk.wait(hours=1, minutes=1)
    page = ben.read("/forecast")  # the line in the audit is an hour old: it must be begun anew
    assert "Count now" in page
    row = next(row for row in desk.stage.read_all("desk") if row["pk"]["S"].startswith("forecast#"))
    assert row["met"]["N"] == "0"


def test_a_count_says_how_many_records_could_not_be_read_and_comes_to_an_end(desk, ben, crowd):
    core = {"pk": f"cust#{crowd[3]}", "sk": "core"}
    desk.services.table.change_item(core, "SET shape = :later", later=99)
    page, _ = take_forecast(ben)
    assert "Records that could not be read: 1." in page
    assert read_sums(page) == [8]


def test_what_a_step_goes_by_is_read_once_for_all_its_pages(desk, ben, crowd, monkeypatch):
    monkeypatch.setattr(counting, "BATCH", 2)
    monkeypatch.setattr(counting, "STEP", 60)
    read, halts = [], desk.services.halts
    monkeypatch.setattr(type(halts), "read_halts", lambda _, names: read.append(names) or {})
    page, looks = take_forecast(ben)
    assert (looks, read_sums(page), read) == (1, [9], [["welcome"]])


@pytest.fixture
def own(desk, ben, tmp_path, monkeypatch):
    """Let the campaigns be those on file, with a folder of the shop's own."""
    with open_own(tmp_path / "own", monkeypatch) as folder:
        for name in ("campaigns", "clock"):
            vars(desk.services).pop(name, None)
        yield folder


MISTAKE = "autumn.toml, line 1: "


@pytest.mark.parametrize("path", ["/forecast", "/campaigns/autumn"])
def test_a_mistake_in_a_campaigns_file_is_named_on_the_page_that_needs_it(desk, ben, own, path):
    desk.millis = int(NOW.timestamp() * 1000)
    ben.sign_in()
    write_own(own, "campaigns/autumn.toml", "purpse = 'news'\n")
    ben.post("/forecast")
    answer = ben.get(path)
    page = answer.body.decode()
    assert (answer.status_code, "Refresh" in answer.headers) == (422, False)
    assert "A file of the shop has a mistake." in page
    assert MISTAKE in page
    assert "purpse" in page
    assert MISTAKE in ben.read("/campaigns")


def test_a_mistake_in_the_shops_hours_is_named_too(desk, ben, own):
    write_own(own, "campaigns/_shop.toml", "time_zone = 'Mars/North'\n")
    assert "_shop.toml" in ben.read("/campaigns")
    answer = ben.get("/campaigns/welcome")
    assert (answer.status_code, "_shop.toml" in answer.body.decode()) == (422, True)


def test_stopped_campaigns_are_not_counted(desk, ben, crowd):
    ben.post("/campaigns/welcome/stop")
    page, _ = take_forecast(ben)
    assert "No email would be sent" in page


def test_without_customers_a_count_is_over_at_once(desk, ben):
    page, looks = take_forecast(ben)
    assert looks == 1
    assert "No email would be sent" in page


def test_a_page_of_everybody_is_small(desk, ben):
    import gzip

    assert desk.shop.take(a_submission(email=ASEL)) == "settled"
    for path in ("/campaigns", "/campaigns/welcome", "/forecast"):
        assert len(gzip.compress(ben.read(path).encode())) < 30_000
