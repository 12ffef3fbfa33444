"""Periods are what the code and the template do: nothing is kept longer than the table of periods says."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.shop.retention import ELSEWHERE, FILE, RETENTION, Ends, find_span, load_retention
from chalicelib.store.mail_limits import MailLimit, MailLimits
from chalicelib.store.table import Table
from chalicelib.words import list_languages
from tests.rules.packaged import list_tables, read_packaged

DATA = Path(__file__).resolve().parents[2] / "docs" / "data.md"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WITHOUT_TABLE = {"logs", "queues", "mails"}


def list_resources(kind):
    """Return the properties of every resource of a type, by name."""
    found = read_packaged()["Resources"]
    return {name: each["Properties"] for name, each in found.items() if each["Type"] == kind}


def test_the_periods_that_ship():
    days = {name: find_span(name).days for name in ("quarantine", "unconfirmed", "links", "packages", "raw-bodies")}
    months = {name: each.months for name, each in RETENTION.items() if each.months}

    assert days == {"quarantine": 30, "unconfirmed": 7, "links": 180, "packages": 7, "raw-bodies": 396}
    kept = {"inactive": 36, "raw-bodies": 13, "clicks": 25, "mail-notes": 25, "audit": 24, "staff": 24}
    assert months == {**kept, "survey-boxes": 24}
    assert find_span("inactive") == timedelta(days=1096)


def test_an_address_that_was_asked_is_remembered_as_long_as_told():
    part = MailLimits(Table(None, "customers")).write_row(["idn#1#x"], MailLimit(), NOW)

    assert int(part["Put"]["Item"]["expires_at"]["N"]) == int((NOW + find_span("asked")).timestamp())


@pytest.mark.parametrize("table", ["customers", "keys"])
def test_backups_reach_back_as_far_as_told(table):
    recovery = list_tables(read_packaged())[table]["Properties"]["PointInTimeRecoverySpecification"]

    assert timedelta(days=recovery["RecoveryPeriodInDays"]) == find_span(f"{table}-backups")


def test_logs_and_queues_forget_when_told():
    logs = {group["RetentionInDays"] for group in list_resources("AWS::Logs::LogGroup").values()}
    spans = {queue["MessageRetentionPeriod"] for queue in list_resources("AWS::SQS::Queue").values()}

    assert max(logs) == find_span("logs").days
    assert spans == {find_span(name).total_seconds() for name in ("queue", "failures")}


def test_every_row_there_is_has_its_period_and_no_other_is_named():
    rows = {f"{table}/{item}" for table, item in re.findall(r"^\| (\w+) \| (\w+) \| `", DATA.read_text(), re.MULTILINE)}
    held = [row for each in RETENTION.values() for row in each.holds]

    assert rows - set(held) == set(), "give each a period: `holds` in chalicelib/shop/retention.toml"
    assert set(held) - rows == set()
    assert len(held) == len(set(held))


def test_every_period_has_words_in_every_language_and_a_place():
    tables = set(list_tables(read_packaged()))
    for name, each in RETENTION.items():
        assert sorted(each.words) == list(list_languages()), name
        assert each.store in tables | WITHOUT_TABLE, name
        assert all(row.startswith(("keys/", f"{each.store}/", "customers/")) for row in each.holds), name
    assert tables <= {each.store for each in RETENTION.values()}
    assert set(ELSEWHERE) <= set(RETENTION)


def test_a_shop_may_change_what_sweeps_remove(tmp_path):
    path = tmp_path / "retention.toml"
    path.write_text(FILE.read_text("utf-8").replace("months = 36", "days = 400"), "utf-8")

    changed = load_retention(path).kept

    assert changed["inactive"].span == timedelta(days=400)
    assert changed["clicks"] == RETENTION["clicks"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("months = 36", "months = 0", r"kept\.inactive\.months: Input should be greater"),
        ("months = 36", "", r"kept\.inactive: .*either days or months"),
        ("months = 36", "months = 36\ndays = 3", r"kept\.inactive: .*either days or months"),
        ("[kept.quarantine]", "[kept.quarantine]\ndays = 90", r"kept\.quarantine: this period is not changed here"),
        ('ends = "decided"', 'ends = "decided"\ndays = 9', r"kept\.unreadable: .*nothing else has any"),
        ('ends = "decided"', 'ends = "whenever"', r"kept\.unreadable\.ends: Input should be"),
        ("months = 36", "weeks = 36", r"kept\.inactive\.weeks: Extra inputs"),
        ("months = 36", "months = ", "Invalid"),
    ],
)
def test_an_odd_period_is_refused_with_its_place(tmp_path, old, new, fault):
    path = tmp_path / "retention.toml"
    path.write_text(FILE.read_text("utf-8").replace(old, new, 1), "utf-8")

    with pytest.raises(DefinitionError, match=rf"^retention\.toml, line \d+: .*{fault}"):
        load_retention(path)


@pytest.mark.parametrize("name", ["people", "nothing"])
def test_what_no_clock_ends_has_no_span(name):
    assert name == "nothing" or RETENTION[name].ends is Ends.FORGOTTEN
    with pytest.raises(KeyError):
        find_span(name)
