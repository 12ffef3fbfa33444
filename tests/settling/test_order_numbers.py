"""An order's number as the shop system shows it leads to the customer whose order it is, as long as it is theirs."""

from datetime import timedelta

import pytest

from chalicelib.joining.join import join_people
from chalicelib.joining.part import part_people
from chalicelib.people.orders import name_number
from chalicelib.people.search import find_people
from chalicelib.retention.run import retire_people
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.joins import MAY_PART
from tests.builders.erasures import finish, forget
from tests.builders.mails import DUE
from tests.builders.orders import numbered
from tests.builders.retention import ASHA, DAY, join

BEN = "ben@example.org"


def find(shop, typed="#1001"):
    return list(find_people(typed, shop.services().people, "US"))


def list_notes(shop):
    pks = list_note_keys(shop)
    return sorted(row["sk"]["S"] for row in shop.read_all("customers") if row["pk"]["S"] in pks)


def list_note_keys(shop):
    return {f"holds#{row.removeprefix('idn#')}" for row in shop.services().people.name_rows(name_number("1001"))}


def take(shop, submission):
    assert settle_item(shop.accept(submission), shop.services(), submission.received_at) == "settled"


@pytest.mark.parametrize("written", ["#1001", "1001", " # 1001 ", "No. 1001", "１００１", "۱۰۰۱"])
def test_a_number_is_one_however_it_is_written(written):
    assert name_number(written) == name_number("1001")


@pytest.mark.parametrize("written", ["", "#", "Asha Rao", "1" * 65])
def test_what_has_no_digit_or_is_too_long_is_no_number(written):
    assert name_number(written) is None


def test_an_order_without_a_number_is_found_by_its_id(shop):
    take(shop, numbered(ASHA, "", order=5551234))
    assert find(shop, "5551234") == [shop.find_id(ASHA)]


def test_an_order_from_before_there_were_notes_is_found_after_its_next_change(shop):
    take(shop, numbered(ASHA, "#1001"))
    customer = shop.find_id(ASHA)
    table = shop.services().table
    (row,) = [row for row in shop.read_all("customers") if row["sk"]["S"].startswith("order#")]
    table.change_item({"pk": row["pk"]["S"], "sk": row["sk"]["S"]}, "REMOVE numbers")
    for pk in list_note_keys(shop):
        table.delete_item({"pk": pk, "sk": customer})
    assert find(shop) == []
    take(shop, numbered(ASHA, "#1001", at=DUE + timedelta(days=3)))
    assert find(shop) == list_notes(shop) == [customer]


def test_one_number_at_two_systems_names_both_customers(shop):
    take(shop, numbered(ASHA, "#1001"))
    other = numbered(BEN, "#1001", order=9)
    take(shop, other.model_copy(update={"shop": "second.example"}))
    assert sorted(find(shop)) == sorted([shop.find_id(ASHA), shop.find_id(BEN)])


def test_a_corrected_order_leads_to_its_new_customer_alone(shop):
    join(shop, BEN)
    take(shop, numbered(ASHA, "#1001"))
    take(shop, numbered(BEN, "#1001", at=DUE + timedelta(days=3)))
    assert find(shop) == list_notes(shop) == [shop.find_id(BEN)]


def test_who_was_forgotten_is_found_by_no_number_and_no_note_is_left(shop, tmp_path):
    take(shop, numbered(ASHA, "#1001"))
    assert list_notes(shop) == [shop.find_id(ASHA)]
    forget(shop, ASHA, at=DUE + 5 * DAY)
    finish(shop, tmp_path, at=DUE + 5 * DAY)
    assert find(shop) == list_notes(shop) == []


def test_a_joined_record_is_found_by_the_numbers_of_both_and_so_are_its_parts_again(shop):
    take(shop, numbered(ASHA, "#1001"))
    take(shop, numbered(BEN, "#1002", order=8))
    asha, ben = shop.find_id(ASHA), shop.find_id(BEN)
    joined = join_people(asha, ben, "staff", shop.services(), DUE + 5 * DAY)
    assert find(shop) == find(shop, "#1002") == [joined]
    take(shop, numbered(ASHA, "#1003", order=10, at=DUE + 6 * DAY))
    assert find(shop, "#1003") == [joined]

    part_people(joined, "staff", shop.services(), DUE + 7 * DAY)
    assert (find(shop), find(shop, "#1002"), find(shop, "#1003")) == ([asha], [ben], [asha])


def test_once_the_two_are_deleted_their_numbers_name_the_joined_record(shop):
    take(shop, numbered(ASHA, "#1001"))
    take(shop, numbered(BEN, "#1002", order=8))
    joined = join_people(shop.find_id(ASHA), shop.find_id(BEN), "staff", shop.services(), DUE + 5 * DAY)
    retire_people(shop.services(), DUE + 6 * DAY + MAY_PART)
    assert find(shop) == list_notes(shop) == find(shop, "#1002") == [joined]
