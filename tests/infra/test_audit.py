"""The access audit: who opened whose record and why; only ever added to; names nobody; ends in time."""

import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.campaigns.library import load_shop
from chalicelib.data_requests.status import describe_person, read_outlook
from chalicelib.errors import RaceLostError
from chalicelib.models import utc_text
from chalicelib.settling.dispatch import settle_item
from chalicelib.shop.retention import find_span
from chalicelib.store.audit import EVERYBODY
from infra.staff import audit
from infra.staff.audit import note_reading
from infra.staff.customer import show_customer
from infra.staff.retention import write_retention
from tests.builders.orders import an_order
from tests.builders.retention import OLD, leave_things_behind
from tests.builders.shop import NOW, a_submission
from tests.builders.stages import open_here
from tests.rules.packaged import read_packaged

ROOT = Path(__file__).resolve().parents[2]
ASHA = "asha@example.org"
OPENING = re.compile(
    r"\b(count_people|list_pages|open_page|load_person|open_person|list_history|open_record|gather_record|read_people|forget_person)\("
)


@pytest.fixture
def services(shop):
    return shop.services()


def read_lines(services, month="2026-03", customer_id=""):
    """Return (actor, reason, customer) of every line."""
    return [(line.actor, line.reason, line.customer) for line in services.audit.list_accesses(month, customer_id)]


def test_whoever_shows_a_customer_stands_in_it_before_anything_is_shown(shop, services, monkeypatch, capsys):
    shop.take(a_submission(email=ASHA))
    customer = shop.find_id(ASHA)
    monkeypatch.setattr("getpass.getuser", lambda: "mira")
    show_customer(shop.services(), customer, "asked at the counter", NOW)
    assert read_lines(services) == [("mira", "asked at the counter", customer)]

    def refuse(_):
        raise RaceLostError("not noted")

    monkeypatch.setattr(type(services.table), "commit_parts", lambda self, parts: refuse(parts))
    capsys.readouterr()
    with pytest.raises(RaceLostError):
        show_customer(shop.services(), customer, "once more", NOW)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("days", "status"), [(30, "inactive"), (60, "active")])
def test_a_person_is_shown_with_their_status_by_the_shops_own_rule(shop, capsys, days, status):
    assert settle_item(shop.accept(an_order(ASHA, at=NOW)), shop.services(), NOW) == "settled"
    clock = load_shop().model_copy(update={"quiet_days": days})
    services, later = shop.services(), NOW + timedelta(days=31)
    services.clock = clock

    show_customer(services, shop.find_id(ASHA), "asked at the counter", later)

    assert f"; {status}: 31 days without purchase, by the shop's rule of {days}" in capsys.readouterr().out
    assert describe_person(shop.read_profile(ASHA), services, later, read_outlook(services))["status"] == status


def test_lines_are_found_by_month_and_by_customer(services):
    for month, customer, day in ((3, "one", 0), (3, "two", 1), (3, EVERYBODY, 2), (4, "one", 31)):
        services.table.commit_parts(
            [services.audit.write_access(customer, "mira", f"month {month}", NOW + timedelta(days=day))]
        )
    assert [line[2] for line in read_lines(services)] == ["one", "two", EVERYBODY]
    assert [line[2] for line in read_lines(services, customer_id="two")] == ["two", EVERYBODY]
    assert [line[2] for line in read_lines(services, "2026-04")] == ["one"]
    assert read_lines(services, "2026-05") == []


def test_a_line_ends_with_its_period(shop, services):
    note_reading(services, "why", "c", NOW)
    [row] = shop.read_all("audit")
    assert int(row["expires_at"]["N"]) == int((NOW + find_span("audit")).timestamp())


def test_a_line_cannot_be_written_over(shop, services):
    part = services.audit.write_access("one", "mira", "why", NOW)
    services.table.commit_parts([part])
    with pytest.raises(RaceLostError):
        services.table.commit_parts([part])


@pytest.mark.parametrize(
    ("name", "value"),
    [("reason", {"S": "asked"}), ("actor", {"S": "ben"}), ("customer", {"S": "two"}), ("expires_at", {"N": "9"})],
)
def test_a_line_that_was_replaced_past_this_code_is_told(shop, services, name, value):
    note_reading(services, "why", "one", NOW)
    [row] = shop.read_all("audit")
    assert [line.whole for line in services.audit.list_accesses("2026-03")] == [True]
    shop.dynamodb.put_item(TableName=shop.prefix + "audit", Item={**row, name: value})
    [line] = services.audit.list_accesses("2026-03")
    assert line.whole is False
    assert "CHANGED" in audit.write_accesses([line])


def test_no_code_of_ours_changes_or_deletes_a_line():
    opening = [path for path in (ROOT / "chalicelib").rglob("*.py") if '"audit")' in path.read_text()]
    assert [path.name for path in opening if "open_table" in path.read_text()] == ["tables.py"]
    text = (ROOT / "chalicelib" / "store" / "audit.py").read_text()
    calls = set(re.findall(r"self\.table\.(\w+)|read_newest", text))
    assert {call for call in calls if call} == {"put_part", "query_items"}


def test_the_tables_own_policy_denies_everybody_what_would_change_a_line():
    table = read_packaged()["Resources"]["AuditTable"]["Properties"]
    [statement] = table["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert "Condition" not in statement
    changing = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete"}
    assert {action.removeprefix("dynamodb:") for action in statement["Action"]} == changing


def test_every_command_that_opens_a_record_notes_it():
    commands = (ROOT / "infra" / "staff").rglob("*.py")
    opening = {path for path in commands if OPENING.search(path.read_text())}
    assert {path.stem for path in opening} >= {"customer", "simulate", "retention"}
    assert [path.name for path in opening if "note_reading(" not in path.read_text()] == []


def run(monkeypatch, capsys, command, *words):
    monkeypatch.setattr(sys, "argv", ["command", *words])
    monkeypatch.setattr(command, "open_stage", open_here)
    status = command.main()
    return status, capsys.readouterr().out


def test_make_audit_shows_who_read_and_names_nobody(shop, tables, services, monkeypatch, capsys):
    monkeypatch.setenv("INBOX_KEY", shop.inbox_key)
    monkeypatch.setenv("ROOT_KEY", shop.root_key)
    from tests.builders.api import start_container

    start_container()
    shop.take(a_submission(email=ASHA, name="Asha Rao"))
    customer = shop.find_id(ASHA)
    note_reading(services, "asked at the counter", customer, NOW)
    note_reading(services, "other", "somebody", NOW)
    status, told = run(monkeypatch, capsys, audit, "--month", "2026-03", "--email", ASHA)
    assert status == 0
    assert customer in told
    assert "asked at the counter" in told
    assert "1 lines" in told
    assert "somebody" not in told
    assert "Asha" not in told
    assert ASHA not in told
    assert run(monkeypatch, capsys, audit, "--email", "nobody@example.org")[0] == 1
    start_container()


def test_make_retention_tells_what_would_go_and_what_went_and_changes_nothing(shop):
    leave_things_behind(shop)
    before = shop.read_all("customers")
    told = write_retention(shop.services(), OLD)
    assert "1 people looked at" in told
    assert "     1 visits through links" in told
    assert "     0 people, with no sign of life" in told
    assert ASHA not in told
    assert shop.read_all("customers") == before
    from chalicelib.retention.run import retire_people

    retire_people(shop.services(), OLD)
    told = write_retention(shop.services(), OLD)
    assert "     0 visits through links" in told
    assert f"{utc_text(OLD)[:7]}  1 clicks" in told
