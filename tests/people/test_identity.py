"""Normalising names of a person, and which of them may decide and claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, Reading, Trust
from chalicelib.people.identity import (
    list_claimable,
    list_deciding,
    list_identities,
    normalise_phone,
)
from tests.builders.shop import a_submission

TILL = Identity(kind="id", value="import:till:7")
ID = Identity(kind="id", value="shopify:a.example:1")
EMAIL = Identity(kind="email", value="a@example.org")
PHONE = Identity(kind="phone", value="+12025550123")


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Asel@Example.ORG", "asel@example.org"),
        (" asel@example.org ", "asel@example.org"),
        ("asel+shop@example.org", "asel+shop@example.org"),
        ("a@faß.example", "a@xn--fa-hia.example"),  # IDNA 2008 keeps the sharp s; 2003 would say fass
        ("a@Пример.example", "a@xn--e1afmkfd.example"),
        ("no-at-sign", ""),
        ("@example.org", ""),
        ("a b@example.org", ""),
        ("a@", ""),
        ("a@-x.example", ""),
        ("", ""),
    ],
)
def test_email_is_known_by_one_spelling(typed, known):
    assert normalise_email(typed) == known


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mike@example.org", "m\u0131ke@example.org"),  # dotless i: str.upper would equate them
        ("k@example.org", "\u212a@example.org"),  # Kelvin sign: str.lower would
        ("fi@example.org", "\ufb01@example.org"),  # ligature: NFKC would
    ],
)
def test_look_alike_addresses_are_different_people(one, other):
    assert normalise_email(one) != normalise_email(other)


@given(st.emails())
def test_normalising_twice_changes_nothing(address):
    once = normalise_email(address)

    assert normalise_email(once) == once


def test_composed_and_decomposed_letters_are_one_address():
    assert normalise_email("jose\u0301@example.org") == normalise_email("jos\u00e9@example.org")


@pytest.mark.parametrize(
    ("dialled", "region", "known"),
    [
        ("(202) 555-0123", "US", "+12025550123"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("8 701 123 45 67", "KZ", "+77011234567"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
        ("12", "US", ""),
        ("call me", "US", ""),
        ("", "US", ""),
    ],
)
def test_phone_is_known_in_e164(dialled, region, known):
    assert normalise_phone(dialled, region) == known


def test_names_stand_strongest_first():
    reading = Reading(kind="order", sender_id="1", email="A@example.org", phone="(202) 555-0123")

    names = list_identities(a_submission(), reading, "US")

    assert [name.kind for name in names] == ["id", "email", "phone"]


@pytest.mark.parametrize(
    ("names", "trust", "deciding", "claimable"),
    [
        ((ID, EMAIL, PHONE), Trust.SIGNED, (ID, EMAIL), (ID, EMAIL, PHONE)),
        ((EMAIL, PHONE), Trust.SIGNED, (EMAIL,), (EMAIL, PHONE)),
        ((PHONE,), Trust.SIGNED, (PHONE,), (PHONE,)),
        ((EMAIL, PHONE), Trust.ANONYMOUS, (EMAIL,), (EMAIL,)),
        ((EMAIL, PHONE), Trust.OWN, (EMAIL,), (EMAIL,)),
        ((PHONE,), Trust.ANONYMOUS, (PHONE,), (PHONE,)),
        ((ID, EMAIL), Trust.OWN, (ID,), (ID,)),
        ((TILL, EMAIL, PHONE), Trust.OWN, (TILL, EMAIL), (TILL, EMAIL)),
        ((TILL, EMAIL, PHONE), Trust.ANONYMOUS, (TILL,), (TILL,)),
        ((), Trust.ANONYMOUS, (), ()),
    ],
)
def test_only_signed_sources_reach_past_the_strongest_name(names, trust, deciding, claimable):
    assert list_deciding(names, trust) == deciding
    assert list_claimable(names, trust) == claimable
