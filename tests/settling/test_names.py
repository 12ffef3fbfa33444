"""Names belong to somebody for a time: accounts that change, end and merge, and orders that are corrected."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.models import Consent, ConsentState, Grade, Reading
from tests.builders.shop import NOW, a_submission
from tests.builders.signed import account, an_order_of, says

MAL, VERA, ANN, OOPS = "mal@example.org", "vera@example.org", "ann@example.org", "oops@example.org"


def list_names(shop, customer_id):
    """Return a customer's names by whether they are current."""
    return {(name.kind, name.value): name.until is None for name in shop.open_profile(customer_id).identities}


@pytest.mark.parametrize("back", [MAL, "other@example.org"])
def test_an_account_that_borrows_an_address_gets_nothing_that_comes_later(shop, back):
    for minute, email in enumerate((MAL, VERA, back)):
        shop.take(account(4711, email, minute))
    shop.take(a_submission(email=VERA, name="Vera", address="7 Secret Lane", at=NOW + timedelta(hours=1)))

    mallory, vera = shop.find_id(back), shop.find_id(VERA)
    assert mallory != vera
    assert "Secret" not in shop.open_profile(mallory).model_dump_json()
    assert len(shop.list_customers()) == 2


def test_what_came_while_an_account_held_an_address_is_not_used_for_its_next_one(shop):
    shop.take(account(4711, MAL))
    shop.take(account(4711, VERA, 1))
    yes = {"purpose": "marketing", "words": "w", "words_version": "2026-01-01", "language": "en"}
    shop.take(a_submission(email=VERA, name="Vera", consents=[yes], at=NOW + timedelta(minutes=2)))
    shop.take(account(4711, MAL, 3))

    profile = shop.read_profile(MAL)
    assert profile.text("email") == MAL
    assert "name" not in profile.fields
    assert shop.find_id(VERA) is None


def test_a_corrected_typo_is_free_for_whoever_has_it(shop):
    shop.take(account(7, OOPS))
    shop.take(account(7, ANN, 1))
    ann = shop.find_id(ANN)
    assert shop.find_id(OOPS) is None
    assert list_names(shop, ann)[("email", OOPS)] is False
    shop.take(a_submission(email=OOPS, at=NOW + timedelta(hours=1)))
    assert shop.find_id(OOPS) not in (None, ann)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_old_statement_that_comes_late_takes_no_address_back(shop, order):
    told = [account(7, OOPS, 1), account(7, ANN, 2)]
    shop.take(account(7))
    for number in order:
        shop.take(told[number])
    assert shop.find_id(ANN) is not None
    assert shop.find_id(OOPS) in (None, shop.find_id(ANN)) if order == (0, 1) else True
    assert shop.read_profile(ANN).text("email") == ANN


def test_an_account_that_found_somebody_by_an_address_takes_nothing_of_theirs_along(shop):
    shop.take(a_submission(email=VERA, name="Vera"))
    vera = shop.find_id(VERA)
    shop.take(account(4711, VERA, 1))
    assert shop.list_customers() == [vera]
    shop.take(account(4711, MAL, 2))

    assert shop.find_id(VERA) == vera
    assert shop.find_id(MAL) not in (None, vera)
    shop.take(an_order_of(1, "", 4711, 3))
    assert shop.read_profile(MAL).totals.purchases == 1
    assert shop.open_profile(vera).totals.purchases == 0


@pytest.mark.parametrize("email", [VERA, "nobody@example.org"])
def test_an_order_with_a_foreign_address_joins_nobody(shop, email):
    shop.take(a_submission(email=VERA, name="Vera"))
    shop.take(account(4711, MAL, 1))
    shop.take(an_order_of(1, email, 4711, 2))

    assert shop.read_profile(MAL).totals.purchases == 1
    assert shop.read_profile(VERA).totals.purchases == 0
    assert shop.find_id("nobody@example.org") is None


@pytest.mark.parametrize("typed", [True, False])
def test_a_foreign_phone_at_a_checkout_names_nobody(shop, typed):
    shop.take(an_order_of(1, MAL, "", 0, phone="+12025550123", typed=typed))
    shop.take(a_submission(phone="+12025550123", name="Vera", at=NOW + timedelta(hours=1)))
    assert "Vera" not in shop.read_profile(MAL).model_dump_json()
    assert len(shop.list_customers()) == 2


def test_a_customer_who_was_deleted_and_made_again_is_one(shop):
    shop.take(account(1, ANN))
    shop.take(account(1, "", 1, ends=True))
    shop.take(account(2, ANN, 2, fields={"name": "Ann New"}))

    assert len(shop.list_customers()) == 1
    names = list_names(shop, shop.find_id(ANN))
    assert (names[("id", "woocommerce:corner.example:1")], names[("id", "woocommerce:corner.example:2")]) == (
        False,
        True,
    )


@pytest.mark.parametrize("known", [False, True])
def test_a_merge_hands_the_address_to_the_record_that_stays(shop, known):
    shop.take(account(1, ANN))
    if known:
        shop.take(account(2, "", 1))
    shop.take(account(2, "", 2, replaces=("1",)))
    yes = Consent(purpose="marketing", state=ConsentState.GIVEN, at=NOW, channel="s", grade=Grade.SIGNED, address=ANN)
    shop.take(account(2, ANN, 3, consents=(yes,)))

    profile = shop.read_profile(ANN)
    assert profile.consents["marketing"].state is ConsentState.GIVEN
    assert ("id", "woocommerce:corner.example:2") in list_names(shop, profile.customer_id)
    assert len(shop.list_customers()) == 1 + known


def test_an_order_whose_address_was_corrected_moves_with_its_money(shop):
    shop.take(an_order_of(8, OOPS))
    shop.take(an_order_of(9, OOPS, placed=1))
    shop.take(an_order_of(8, ANN, minute=5))

    wrong, right = shop.read_record(OOPS), shop.read_record(ANN)
    assert (wrong.profile.totals.purchases, wrong.profile.totals.spent) == (1, {"EUR": Decimal(20)})
    assert (right.profile.totals.purchases, right.profile.totals.spent) == (1, {"EUR": Decimal(20)})
    history = [event.submission for event in shop.read_history(shop.find_id(ANN))]
    assert len(history) == 2  # the event of the wrong address came along
    assert shop.take(an_order_of(8, "", minute=6)) == "settled"
    assert shop.read_profile(ANN).events == 3


@pytest.mark.parametrize("late", [an_order_of(8, OOPS, minute=1, total=99), an_order_of(8, OOPS, minute=3, total=99)])
def test_a_description_from_before_the_move_brings_no_order_back(shop, late):
    shop.take(an_order_of(8, OOPS))
    shop.take(an_order_of(8, ANN, minute=5))
    shop.take(late)
    assert shop.read_profile(OOPS).totals.purchases == 0
    assert shop.read_profile(ANN).totals.spent == {"EUR": Decimal(20)}


def test_an_order_can_move_back(shop):
    shop.take(an_order_of(8, OOPS))
    shop.take(an_order_of(8, ANN, minute=5))
    shop.take(an_order_of(8, OOPS, minute=9))
    assert shop.read_profile(OOPS).totals.purchases == 1
    assert shop.read_profile(ANN).totals.purchases == 0


def test_a_refund_follows_the_order_that_moved(shop):
    shop.take(an_order_of(8, OOPS))
    shop.take(an_order_of(8, ANN, minute=5))
    refund = {"id": "r1", "order_id": "8", "amount": "5", "currency": "EUR"}
    assert shop.take(says(Reading(kind="refund", refunds=(refund,)), 9, topic="refund")) == "settled"
    assert shop.read_profile(ANN).totals.spent == {"EUR": Decimal(15)}


@pytest.mark.parametrize("sender_id", ["", "0", "N/A", "null"])
def test_a_guest_does_not_outrank_the_account(shop, sender_id):
    shop.take(account(7, ANN, fields={"name": "Ann Real"}))
    shop.take(an_order_of(1, ANN, sender_id, 5, fields={"name": "Rude Joke"}, typed=True))
    profile = shop.read_profile(ANN)
    assert (profile.text("name"), profile.totals.purchases) == ("Ann Real", 1)
