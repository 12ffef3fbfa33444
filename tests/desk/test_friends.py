"""Friends at the desk: the link and code on a customer's page, a code typed at the counter, and who was brought."""

import re

import pytest

from chalicelib.data_requests.record import gather_record
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.models.friend_codes import make_code, write_code
from chalicelib.numbers import learned
from chalicelib.numbers.counting import read_counted
from chalicelib.shop import own
from tests.builders.desk import read_id
from tests.builders.lists import restrict
from tests.builders.own import forget_files, open_own, write_own
from tests.builders.regulars import DAY, buy, count_night
from tests.builders.shop import NOW, a_submission
from tests.builders.work import count_requests

ASHA, BRAM = "asha@example.com", "bram@example.com"
LATER = NOW + 30 * DAY


@pytest.fixture
def ben(desk, taking, tmp_path, monkeypatch, single_optin):
    """Return a member of staff of a shop that takes codes of friends, and knows Asha."""
    with open_own(tmp_path, monkeypatch):
        write_own(own.FOLDER, "referrals.toml", "refund_days = 14\n")
        learned.open_friends.cache_clear()
        desk.shop.take(a_submission(email=ASHA, name="Asha Rao", at=NOW - DAY))
        yield desk.hire("staff", "Ben Okafor")


def open_friends(desk, ben, email=ASHA):
    page = ben.post(f"/people/{desk.shop.find_id(email)}", why="counter").body.decode()
    return page.partition('aria-labelledby="friends"')[2].partition("</section>")[0]


def sign_up(desk, ben, code):
    """Let Bram sign up at the counter with a code."""
    form = {"email": BRAM, "consent_marketing": "2026-11-30", "language": "en", "friend_code": code}
    return ben.post("/counter/sign-up", submission=read_id(ben.read("/counter/sign-up")), **form)


def test_a_friend_is_brought_at_the_counter_and_credited_in_time(desk, ben):
    shop, customer_id = desk.shop, desk.shop.find_id(ASHA)
    told = open_friends(desk, ben)
    code = write_code(make_code(customer_id))
    assert f"/forms/sign-up?friend_code={make_code(customer_id)}" in told
    assert code in told
    assert "Nobody brought so far" in told

    assert sign_up(desk, ben, code.lower()).status_code == 200
    buy(shop, BRAM, NOW + DAY, 1)
    assert "Nobody brought so far" in open_friends(desk, ben)  # as of the latest count
    for night, told in ((2, "Brought so far: 1. Credited: 0."), (15, "Brought so far: 1. Credited: 1.")):
        count_night(shop.services(), NOW + night * DAY)
        assert told in open_friends(desk, ben)
    assert f"Came by the code {code}" in open_friends(desk, ben, BRAM)


def test_the_figures_name_those_who_came_by_a_friend(desk, ben):
    shop = desk.shop
    sign_up(desk, ben, make_code(shop.find_id(ASHA)))
    buy(shop, BRAM, NOW + DAY, 1)
    count_night(shop.services(), LATER)
    page = ben.read("/numbers/sources")
    assert "Came by the link or code of a friend: 1. Credited: 1. Customers who brought somebody: 1." in page
    assert "is 14 days old" in page


def test_the_result_keeps_no_code_by_which_nobody_came(desk, ben):
    shop = desk.shop
    sign_up(desk, ben, make_code(shop.find_id(ASHA)))
    count_night(shop.services(), LATER)
    tally = read_counted(shop.services()).tally
    assert tally.counts("referral", "owner") == {make_code(shop.find_id(ASHA)): 1}


@pytest.mark.parametrize("gone", [ASHA, BRAM])
def test_who_is_forgotten_leaves_no_trace_on_either_side(desk, ben, gone):
    shop = desk.shop
    sign_up(desk, ben, make_code(shop.find_id(ASHA)))
    count_night(shop.services(), LATER)
    assert read_counted(shop.services()).read_numbers().brought.people == 1

    order = ForgetOrder(reason=Reason.STAFF, request="r", requested_at=LATER)
    assert forget_person(shop.find_id(gone), order, shop.services(), LATER)
    count_night(shop.services(), LATER + DAY)

    brought = read_counted(shop.services()).read_numbers().brought
    assert (brought.people, brought.bringers) == (0, 0)
    left = open_friends(desk, ben, BRAM if gone == ASHA else ASHA)
    assert "Nobody brought so far" in left


def test_nothing_is_said_of_a_child_or_a_customer_whose_data_is_restricted(desk, ben):
    desk.shop.take(a_submission(email=BRAM, age_band="under-16"))
    assert open_friends(desk, ben, BRAM) == ""
    restrict(desk.shop, desk.shop.find_id(ASHA))
    assert open_friends(desk, ben) == ""


def test_friends_cost_no_call_to_the_tables(desk, ben):
    count_night(desk.shop.services(), NOW + DAY)
    customer, token = desk.shop.find_id(ASHA), ben.read_token()
    ben.post(f"/people/{customer}", why="counter", token=token)  # opens the sums of the latest count, once
    calls = count_requests(desk.services.dynamodb)
    page = ben.post(f"/people/{customer}", why="counter", token=token).body.decode()
    assert 'aria-labelledby="friends"' in page
    with_friends = calls.copy()
    calls.clear()
    (own.FOLDER / "referrals.toml").unlink()
    forget_files()
    assert 'aria-labelledby="friends"' not in ben.post(f"/people/{customer}", why="counter", token=token).body.decode()
    assert with_friends == calls


def test_what_is_no_code_is_told_beside_its_box(desk, ben):
    page = sign_up(desk, ben, "no code").body.decode()
    assert 'href="#f-friend_code"' in page
    assert re.search(r'id="f-friend_code"[^>]*value="no code"[^>]*aria-invalid="true"', page)
    assert desk.shop.find_id(BRAM) is None


def test_the_copy_of_a_persons_data_has_their_link_and_who_came(desk, ben):
    shop = desk.shop
    sign_up(desk, ben, make_code(shop.find_id(ASHA)))
    count_night(shop.services(), LATER)
    services = shop.services()
    asha, bram = (services.people.load_own(shop.find_id(email)) for email in (ASHA, BRAM))

    (row,) = gather_record(asha, services, LATER)[0].rows

    assert row["friend_link"].endswith(make_code(asha.id))
    assert (row["friends_came"], row["friends_credited"], row["brought_by"]) == (1, 0, "")
    assert gather_record(bram, services, LATER)[0].rows[0]["brought_by"] == write_code(make_code(asha.id))


def test_a_shop_without_the_file_says_nothing_of_friends(desk, ben):
    (own.FOLDER / "referrals.toml").unlink()
    assert open_friends(desk, ben) == ""
    assert "friend_code" not in ben.read("/counter/sign-up")
    count_night(desk.shop.services(), LATER)
    assert "of a friend" not in ben.read("/numbers/sources")
