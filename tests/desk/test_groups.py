"""The pages of groups: counts in steps, rules in words of each language, why one customer belongs, and the CSV."""

import re
from datetime import timedelta

import pytest

from chalicelib.data_requests.readable.reasons import explain_reading
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.groups.library import list_groups
from chalicelib.numbers.counting import Counter
from chalicelib.words import list_languages
from tests.builders.crowd import all_met, invent_people
from tests.builders.latin import find_latin
from tests.builders.lists import YES, list_lines, order_list, read_file
from tests.builders.own import forget_files, open_own, write_own
from tests.builders.shop import NOW, a_submission

EVERYTHING = """\
title = "Все условия"
[rule]
purchases_at_least = 1
purchases_at_most = 9
spent_at_least = { EUR = 10 }
standing = ["active", "no-purchase"]
usual_gap_at_least = 1
usual_gap_at_most = 90
silent_at_least = 1
silent_at_most = 90
found_us = ["friend"]
senders = ["shopify", "form"]
languages = ["en"]
age_bands = ["25-34"]
age_at_least = 20
age_at_most = 40
has_entry = ["survey"]
lacks_entry = ["cart"]
consents = ["marketing"]
mails_at_least = 1
clicked_within_days = 30
fields = { interests = ["offers"] }
[rule.score]
at_least = 1
at_most = 9
within_days = 30
[[rule.bought]]
product = "Assam"
at_least = 2
at_most = 3
[[rule.bought]]
category = "tea"
within_days = 30
[[rule.bought]]
at_most = 0
within_days = 7
"""
CLICK = 'title = "Not clicked"\n[rule]\nnever_clicked = true\n'


@pytest.fixture
def mara(desk, taking):
    desk.millis = int((NOW + timedelta(days=1)).timestamp() * 1000)
    return desk.hire("owner", "Mara Lind")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch) as own:
        write_own(own, "products.toml", 'products = [{ name = "Assam", category = "tea" }]')
        yield own


def count_all(desk):
    services = desk.shop.services()
    assert all_met(services, desk.now, float("inf"), Counter(services))["over"]


def read_text(page):
    """Return what a page says, without its tags and its navigation."""
    page = page.partition("<main>")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_group_is_counted_with_the_numbers_and_not_before(desk, mara, folder):
    write_own(folder, "groups/all.toml", 'title = "All"')
    invent_people(desk.shop.services(), 23)
    assert read_text(mara.read("/groups")).count("It is counted when the numbers are next counted.") == 5
    count_all(desk)
    page = read_text(mara.read("/groups"))
    assert "It is counted when" not in page
    assert "Customers: 20 Of these may be sent advertising: 0" in page
    write_own(folder, "groups/all.toml", 'title = "All"\n[rule]\npurchases_at_least = 1')
    forget_files()
    page = read_text(mara.read("/groups"))
    assert page.count("It is counted when the numbers are next counted.") == 1
    assert "purchases: at least 1" in page


def test_a_small_group_is_not_told(desk, mara):
    invent_people(desk.shop.services(), 3)
    count_all(desk)
    page = read_text(mara.read("/groups"))
    assert "Customers: 3" not in page
    assert "Customers: fewer than 5" in page


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("staff", 200), ("viewer", 200), ("till", 403)])
def test_who_may_see_figures_sees_counts_and_who_may_export_the_way_to_a_list(desk, mara, role, status):
    answer = desk.hire(role, "Ben Okafor").get("/groups")
    assert answer.status_code == status
    assert (b"/privacy/lists?group=happy" in answer.body) is (role == "owner")


@pytest.mark.parametrize("language", list_languages())
def test_every_condition_is_told_in_every_language(desk, mara, folder, language):
    write_own(folder, "groups/every.toml", EVERYTHING)
    write_own(folder, "groups/click.toml", CLICK)
    write_own(folder, "campaigns/letter.toml", (
        'kind = "marketing"\ntemplate = "welcome"\ngood_for_days = 3\n[when]\ntrigger = "inactive"\ndays = 9\n'
        '[audience]\ngroup = "every"\nnever_clicked = true\n'
    ))  # fmt: skip
    forget_files()
    desk.shop.take(a_submission(email="asha@example.com", name="Аша"))
    mara.post("/account/language", language=language)
    customer = desk.shop.find_id("asha@example.com")
    pages = [
        mara.read("/groups"),
        mara.post(f"/people/{customer}/groups").body.decode(),
        mara.read("/campaigns/letter"),
    ]
    for page in pages:
        assert "{" not in read_text(page)
        assert language in ("en", "kk") or not find_latin(page, {"Mara", "Lind", "EUR"}), find_latin(page)
    if language == "en":
        assert "What would you like to know about? : Offers" in read_text(pages[0])
    assert all(re.sub(r"\s", "", "Все условия") in re.sub(r"\s", "", page) for page in pages)


def test_the_reasons_of_one_customer_are_told_and_noted_first(desk, mara):
    desk.shop.take(a_submission(email="asha@example.com", name="Asha Rao"))
    customer = desk.shop.find_id("asha@example.com")
    assert f'action="/people/{customer}/groups"' in mara.post(f"/people/{customer}", why="counter").body.decode()
    page = read_text(mara.post(f"/people/{customer}/groups").body.decode())
    happy = "How likely are you to recommend us to a friend? : latest score 9 or more, in the last 365 days"
    assert f"Happy with us does not belong {happy} · not true" in page
    assert "Gets our emails, never clicks does not belong emails sent: at least 3 · not true" in page
    assert "never followed a link in an email · true" in page
    assert list_lines(desk)[-1] == (customer, "looked at their groups")
    assert mara.post("/people/nobody/groups").status_code == 404
    for language in list_languages():
        told, typed = explain_reading("looked at their groups", Writer(language, "Shop"))
        assert told != "looked at their groups"
        assert not typed


def test_a_list_of_a_group_has_its_members_alone_under_the_rules_of_every_list(desk, mara, folder):
    write_own(folder, "groups/agreed.toml", 'title = "Agreed"\n[rule]\nconsents = ["marketing"]\n')
    forget_files()
    for name in ("asha", "ben"):
        consents = [YES] if name == "asha" else []
        desk.shop.take(a_submission(email=f"{name}@example.com", name=name, consents=consents))
    assert '<option value="agreed" selected>' in mara.read("/privacy/lists?group=agreed")
    path = order_list(mara, group="agreed")
    mara.read(path)
    assert [row["email"] for row in read_file(mara, path)] == ["asha@example.com"]
    assert "list of customers: tool: 1 customers, group agreed" in {reason for _, reason in list_lines(desk)}
    told, typed = explain_reading("list of customers: tool: 1 customers, group agreed", Writer("en", "Shop"))
    assert not typed
    assert "1" in told
    assert mara.post("/privacy/lists", columns="name", goal="tool", group="nobodys").status_code == 422
    assert len(list_groups()) == 5


def test_a_file_with_a_mistake_is_named_on_the_page(desk, mara, folder):
    write_own(folder, "groups/odd.toml", 'title = "T"\n[rule]\npurchase = 1')
    forget_files()
    page = read_text(mara.read("/groups"))
    assert "odd.toml, line 3: rule.purchase" in page
    assert "Regulars" in page
