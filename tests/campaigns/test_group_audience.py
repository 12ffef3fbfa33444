"""A group as the audience of a campaign: also one that time alone moves customers into."""

from datetime import timedelta

import pytest

from chalicelib.campaigns.agenda import list_occasions, next_due
from tests.builders.agenda import ALWAYS, DAY, NOW, a_campaign, a_person, a_shop
from tests.builders.own import open_own, write_own

SILENT = 'title = "Silent"\n[rule]\nsilent_at_least = 20\n'
OFTEN = 'title = "Often"\n[rule]\npurchases_at_least = 2\n'


@pytest.fixture(autouse=True)
def shop_files(tmp_path, monkeypatch):
    with open_own(tmp_path, monkeypatch) as folder:
        write_own(folder, "groups/silent.toml", SILENT)
        write_own(folder, "groups/often.toml", OFTEN)
        yield


def for_group(name, **changes):
    return a_campaign(trigger="after-purchase", days=7, audience={"group": name}, **changes)


def list_due(person, campaign, now=NOW, shop=None):
    return [each.due_at for each in list_occasions(person, [campaign], shop or a_shop(), now)]


def test_a_group_is_the_audience():
    assert list_due(a_person(NOW), for_group("often")) == []
    assert len(list_due(a_person(NOW, NOW - DAY), for_group("often"))) == 2


def test_conditions_beside_the_group_hold_too():
    campaign = a_campaign(trigger="after-purchase", days=7, audience={"group": "often", "purchases_at_least": 3})
    assert list_due(a_person(NOW, NOW - DAY), campaign) == []
    assert list_due(a_person(NOW, NOW - DAY, NOW - 2 * DAY), campaign)


def test_somebody_whom_time_alone_moves_into_the_group_is_mailed_then():
    person, campaign = a_person(NOW), for_group("silent")
    assert list_due(person, campaign) == [NOW + 20 * DAY]  # 7 days after the purchase they are not silent yet
    assert next_due(person, [campaign], a_shop(), NOW + 3 * DAY) == NOW + 20 * DAY
    later = NOW + 20 * DAY + timedelta(hours=5)
    assert list_due(person, campaign, now=later) == [later]


def test_the_day_is_looked_for_at_openings_and_no_longer_than_the_reason_is_good():
    morning = a_shop({"opens": "09:00", "closes": "10:00", "days": ["mon"]}, "UTC")
    person = a_person(NOW)
    assert list_due(person, for_group("silent", good_for_days=30), shop=morning) == [NOW.replace(hour=9) + 21 * DAY]
    assert list_due(person, for_group("silent", good_for_days=12)) == []
    assert len(list_due(person, for_group("silent", good_for_days=13))) == 1


def test_without_a_group_nothing_moves():
    assert not a_campaign(audience={"purchases_at_least": 1}).audience.moves
    assert a_campaign(audience={"standing": ["active"]}).audience.moves
    assert for_group("silent").audience.moves
    assert not for_group("often", window=ALWAYS).audience.moves
