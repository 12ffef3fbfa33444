"""Rows for ad platforms, by the platforms' own rules: what is hashed, with which signs, and what is left out."""

import hashlib

import pytest

from chalicelib.groups.platforms import PLATFORMS, find_phone
from chalicelib.models import HeldName, Profile
from chalicelib.store.tours import Tour, TourKind
from chalicelib.tours.hashes import is_too_few
from tests.builders.agenda import NOW, held


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("email", "google", "meta"),
    [
        ("asha.rao@example.com", "asha.rao@example.com", "asha.rao@example.com"),
        (" Asha.Rao@Example.COM ", "asha.rao@example.com", "asha.rao@example.com"),
        ("as.ha+shop@gmail.com", "asha@gmail.com", "as.ha+shop@gmail.com"),
        ("As.Ha+Shop@GoogleMail.com", "asha@googlemail.com", "as.ha+shop@googlemail.com"),
        ("as.ha+shop@example.org", "as.ha+shop@example.org", "as.ha+shop@example.org"),
        ("gmail.com@example.org", "gmail.com@example.org", "gmail.com@example.org"),
    ],
)
def test_an_address_is_normalised_as_the_platform_says(email, google, meta):
    profile = Profile(customer_id="c", fields={"email": held(email)})
    assert PLATFORMS["google"].write_row(profile) == (sha(google), "")
    assert PLATFORMS["meta"].write_row(profile) == (sha(meta), "")


@pytest.mark.parametrize(
    ("phone", "google", "meta"),
    [
        ("+12025550123", "+12025550123", "12025550123"),
        ("+77015550123", "+77015550123", "77015550123"),
        ("2025550123", "", ""),  # no country code: another person's number somewhere else
        ("+1 202 555 0123", "", ""),
        ("+12025550123;ext=12", "", ""),
        ("+02025550123", "", ""),
    ],
)
def test_a_number_is_given_in_e164_or_not_at_all(phone, google, meta):
    profile = Profile(customer_id="c", fields={"phone": held(phone)})
    assert PLATFORMS["google"].write_row(profile)[1] == (sha(google) if google else "")
    assert PLATFORMS["meta"].write_row(profile)[1] == (sha(meta) if meta else "")


def test_a_number_that_names_somebody_now_comes_first():
    names = (
        HeldName(kind="phone", value="+12025550100", at=NOW, until=NOW),
        HeldName(kind="phone", value="+12025550101", at=NOW),
    )
    profile = Profile(customer_id="c", identities=names, fields={"phone": held("+12025550102")})
    assert find_phone(profile) == "+12025550101"


def test_known_hashes():
    row = PLATFORMS["google"].write_row(Profile(customer_id="c", fields={"email": held("test@example.com")}))
    assert row[0] == "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"  # as sha256sum says
    assert [platform.headings for platform in PLATFORMS.values()] == [("Email", "Phone"), ("email", "phone")]


@pytest.mark.parametrize(("goal", "people", "few"), [("google", 99, True), ("meta", 100, False), ("tool", 1, False)])
def test_nothing_under_a_hundred(goal, people, few):
    tour = Tour("t", TourKind.LIST, goal, "s", "h", NOW, counts={"listed": people})
    assert is_too_few(tour) is few
