"""A package has what came under the proven mailbox, in every record, and nothing of another mailbox."""

from datetime import timedelta

import pytest

from chalicelib.data_requests.deliver import make_package
from chalicelib.data_requests.mailbox import list_foreign, list_proven
from chalicelib.data_requests.package import pick_file
from chalicelib.models import HeldName, Profile
from tests.builders.shop import NOW, a_submission
from tests.builders.signed import account, an_order_of

MAL, VERA = "mal@example.org", "vera@example.org"
HOURS = timedelta(hours=1)


def package(shop, email):
    """Return the JSON of the package that a mailbox opens."""
    services = shop.services()
    person = services.people.load_person(shop.find_id(email))
    return pick_file(make_package(person, email, services, "en", NOW + 9 * HOURS), "data.json").decode()


@pytest.fixture
def borrowed(shop):
    """A record that had Vera's address for a while, in which she signed up and ordered."""
    shop.take(account(4711, MAL, fields={"name": "Mal Lory"}))
    shop.take(account(4711, VERA, 1))
    shop.take(a_submission(email=VERA, name="Vera", address="7 Secret Lane", at=NOW + timedelta(minutes=2)))
    shop.take(an_order_of(5, VERA, "", 3, total=77))
    shop.take(a_submission(email=VERA, entry={"why": "a secret gift"}, at=NOW + timedelta(minutes=4)))
    shop.take(account(4711, MAL, 5))
    return shop


@pytest.mark.parametrize("secret", ["7 Secret Lane", "a secret gift", VERA, "77", "Vera"])
def test_what_came_under_another_mailbox_is_not_in_it(borrowed, secret):
    text = package(borrowed, MAL)
    assert "Mal Lory" in text
    assert secret not in text


def test_whoever_has_the_mailbox_gets_it_from_the_other_record_too(borrowed):
    borrowed.take(a_submission(email=VERA, entry={"why": "later"}, at=NOW + HOURS))
    text = package(borrowed, VERA)
    for own in ("7 Secret Lane", "a secret gift", "77", "later"):
        assert own in text
    assert "Mal Lory" not in text
    assert MAL not in text


def test_a_record_of_one_mailbox_is_whole(shop):
    shop.take(account(1, VERA, fields={"name": "Vera"}))
    shop.take(an_order_of(5, "", "1", 3, total=77))
    text = package(shop, VERA)
    assert "77" in text
    assert "first_seen" in text


def names(*pairs):
    return tuple(HeldName(kind="email", value=value, at=NOW, via=via) for value, via in pairs)


@pytest.mark.parametrize(
    ("held", "foreign"),
    [
        (names(("a", "")), set()),
        (names(("a", ""), ("b", "")), {"b"}),
        (names(("a", ""), ("b", "a")), set()),
        (names(("a", ""), ("b", "a"), ("c", "b")), set()),
        (names(("c", "b"), ("b", "a"), ("a", ""), ("x", "y"), ("y", "")), {"x", "y"}),
    ],
)
def test_a_change_that_was_confirmed_proves_both_mailboxes(held, foreign):
    profile = Profile(customer_id="c", identities=held)
    assert list_foreign(profile, "a") == foreign
    assert "a" in list_proven(profile, "a")
