"""How commands of staff find a customer: one record that answers is taken, several are listed and none is taken."""

import pytest

from infra.staff.customer import find_asked, find_first, find_person
from tests.builders.shop import a_submission

ASHA, VIKRAM, PHONE = "asha@example.org", "vikram@example.org", "+12025550123"


def test_one_record_is_found_by_its_address_or_by_a_number_that_it_holds_beside_one(shop):
    shop.take(a_submission(email=ASHA, phone=PHONE))
    asha, services = shop.find_id(ASHA), shop.services()
    assert find_person(services, ASHA, "") == find_person(services, "", "(202) 555-0123") == asha
    assert find_asked(services, "", "", asha) == asha
    assert find_person(services, "ben@example.org", "") is None
    assert find_asked(services, "", "", "x" * 22) is None


def test_several_records_are_listed_and_none_is_taken(shop):
    ids = []
    for email in (ASHA, VIKRAM):
        shop.take(a_submission(email=email, phone=PHONE))
        ids.append(shop.find_id(email))
    with pytest.raises(SystemExit) as ended:
        find_asked(shop.services(), "", PHONE, "")
    told = str(ended.value)
    assert told.startswith("2 records answer to that:")
    assert all(one in told for one in ids)
    assert PHONE not in told
    assert find_first(shop.services(), ASHA) == ids[0]
