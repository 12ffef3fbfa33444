"""An erasure reaches every record of the same address; one that may be another person's is left to staff."""

from datetime import timedelta

import pytest

from chalicelib.erasure.run import advance_erasures
from chalicelib.store.requests import STAFFS
from tests.builders.erasures import LATER, forget
from tests.builders.shop import NOW, a_submission
from tests.builders.signed import account

TONI, MAL = "toni@example.org", "mal@example.org"


def finish_all(shop):
    """Run the minute's function until nothing is due."""
    services = shop.services()
    while advance_erasures(services, LATER):
        pass


def list_staff(shop):
    return [(row.customer_id, row.kind, row.reason) for row in shop.services().requests.list_open(STAFFS)]


@pytest.mark.parametrize("rivals", [1, 3])
def test_each_record_that_has_the_address_alone_goes_too_and_the_receipt_counts_them(shop, rivals):
    for number in range(rivals + 1):
        shop.take(account(number + 1, TONI, number, fields={"name": f"Toni {number}"}))
    assert len(shop.list_customers()) == rivals + 1
    forget(shop, TONI)
    finish_all(shop)

    assert shop.list_customers() == []
    assert shop.services().erasures.read_row("r1").counts["records"] == rivals + 1
    assert shop.services().ledger.read_head().number == rivals + 1
    assert list_staff(shop) == []


def test_a_record_that_had_another_address_too_is_left_to_staff(shop):
    shop.take(account(4711, MAL))
    shop.take(account(4711, TONI, 1))
    shop.take(account(4711, MAL, 2))
    shop.take(a_submission(email=TONI, at=NOW + timedelta(hours=1)))
    mallory = shop.find_id(MAL)
    forget(shop, TONI)
    finish_all(shop)

    assert shop.list_customers() == [mallory]
    assert list_staff(shop) == [(mallory, "erase", "shared address")]
    assert shop.services().erasures.read_row("r1").counts["records"] == 1


def test_a_record_that_shares_a_phone_alone_stays(shop):
    shop.take(a_submission(email=TONI, phone="+12025550123"))
    shop.take(a_submission(phone="+12025550123", name="A relative"))
    [relative] = set(shop.list_customers()) - {shop.find_id(TONI)}
    forget(shop, TONI)
    finish_all(shop)
    assert shop.list_customers() == [relative]


def test_another_record_that_cannot_be_read_ends_no_erasure(shop):
    shop.take(account(1, TONI))
    shop.take(account(2, TONI, 1))
    [other] = set(shop.list_customers()) - {shop.find_id(TONI)}
    table = shop.services().table
    table.change_item({"pk": f"cust#{other}", "sk": "core"}, "SET sealed = :sealed", sealed=b"broken")
    forget(shop, TONI)
    finish_all(shop)
    assert shop.list_customers() == [other]
    assert list_staff(shop) == [(other, "erase", "shared address")]


def test_no_note_is_left_of_who_held_the_address(shop):
    shop.take(account(1, TONI))
    forget(shop, TONI)
    finish_all(shop)
    assert [row for row in shop.read_all("customers") if row["pk"]["S"].startswith("holds#")] == []
