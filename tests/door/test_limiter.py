"""One noisy caller is slowed down: an IPv6 caller with all its addresses."""

import pytest

from chalicelib.door.limiter import Limiter, fold_address
from tests.builders.shop import NOW


def test_the_addresses_of_one_64_have_one_bucket_and_others_their_own():
    limiter = Limiter(5)
    assert sum(limiter.take_turn(f"2001:db8:1:1::{number:x}", NOW) for number in range(100)) == 5
    assert limiter.take_turn("2001:db8:1:2::1", NOW)
    assert sum(limiter.take_turn(f"198.51.100.{number}", NOW) for number in range(100)) == 100


@pytest.mark.parametrize(
    ("address", "folded"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("198.51.100.7", "198.51.100.7"),
        ("", ""),
        ("no:address", "no:address"),
    ],
)
def test_an_address_is_folded(address, folded):
    assert fold_address(address) == folded
