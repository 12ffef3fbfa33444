"""`make doctor` without STAGE looks at the local stack as far as the checks apply, and finds what waits in its rows."""

from datetime import timedelta

import boto3
import pytest

from chalicelib.models import RequestKind
from chalicelib.store.requests import start_handover
from infra.account.names import Names
from infra.account.operator import Operator
from infra.watch.checks import CHECKS, run_checks
from infra.watch.finding import Level
from infra.watch.stage import Stage
from tests.builders.erasures import forget
from tests.builders.shop import NOW, a_submission
from tests.builders.wards import Web

ASHA = "asha@example.org"


@pytest.fixture
def look(shop, monkeypatch):
    """Return a function that looks at the shop, some time after now; names of checks, levels and sentences."""

    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # nothing plays the other services, so none answers

    def run(later=timedelta()):
        web, services = Web(), shop.services()
        services.sqs = boto3.client("sqs")
        operator = Operator(Names(shop.settings.stage))
        stage = Stage(operator, services, NOW + later, True, web.fetch, web.resolve)
        return {name: (each.level, each.found) for name, each in run_checks(stage)}

    return run


def test_checks_of_aws_are_left_out(look):
    found = look()
    assert set(found) <= {check.name for check in CHECKS if check.local}
    for name in ("form", "tables", "settling", "waiting", "requests", "erasures", "ledger", "mail-rates"):
        assert found[name][0] is Level.GREEN, name
    assert found["parameters"][0] is Level.UNKNOWN  # no SSM plays in this test


@pytest.mark.parametrize(
    ("later", "level"),
    [(timedelta(minutes=2), Level.GREEN), (timedelta(minutes=20), Level.AMBER), (timedelta(hours=2), Level.RED)],
)
def test_an_item_that_waits_to_be_settled_is_found_by_its_age(shop, look, later, level):
    shop.accept(a_submission(email=ASHA))
    assert look(later)["settling"][0] is level


def test_items_for_staff_are_counted(shop, look):
    shop.quarantine(a_submission(email=ASHA))
    assert look()["waiting"] == (Level.GREEN, "Waiting items: 0 parked, 1 quarantined, 0 nameless, 0 unconfirmed.")
    shop.inbox.park_item(shop.accept(a_submission(email=ASHA, at=NOW + timedelta(minutes=1))), "unreadable")
    level, told = look()["waiting"]
    assert (level, told[:24]) == (Level.AMBER, "Waiting items: 1 parked,")


def test_a_request_near_its_deadline_and_past_it_is_found(shop, look):
    shop.take(a_submission(email=ASHA))
    row = start_handover(shop.find_id(ASHA), RequestKind.ACCESS, NOW, language="en")
    services = shop.services()
    services.table.commit_parts([services.requests.write_row(row, NOW)])
    left = row.answer_by - NOW
    assert look()["requests"] == (Level.GREEN, "1 requests about data are open, 1 of them for staff.")
    assert look(left - timedelta(days=3))["requests"][0] is Level.AMBER
    assert look(left + timedelta(days=3))["requests"][0] is Level.RED


def test_an_erasure_that_is_not_finished_after_a_day_is_found(shop, look):
    shop.take(a_submission(email=ASHA))
    forget(shop, ASHA, at=NOW)
    assert look(timedelta(hours=1))["erasures"] == (
        Level.GREEN,
        "1 erasures are under way, none for more than a day.",
    )
    assert look(timedelta(days=2))["erasures"][0] is Level.RED
    assert ASHA not in str(look(timedelta(days=2)))


def test_a_ledger_with_a_hole_is_found(shop, look):
    for place in range(3):
        shop.take(a_submission(email=f"p{place}@example.org"))
        forget(shop, f"p{place}@example.org", at=NOW, request=f"r{place}")
    assert look()["ledger"] == (Level.GREEN, "The ledger of 3 erasures is whole.")
    second = {"pk": {"S": "entry"}, "number": {"N": "2"}}
    shop.dynamodb.delete_item(TableName=f"{shop.prefix}ledger", Key=second)
    assert look()["ledger"][0] is Level.RED


def test_mails_that_bounce_too_often_are_found(shop, look):
    services = shop.services()
    for number in range(100):
        kinds = ["sent", "bounced"] if number < 4 else ["sent"]
        services.table.commit_parts([services.reputation.count_mail(kinds, f"{number}", NOW)])
    assert look()["mail-rates"][0] is Level.RED
