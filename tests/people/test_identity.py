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
from chalicelib.shop import dummies
from tests.builders.shop import NOW, a_submission

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
        ("9175550123", "US", "+19175550123"),
        ("9175550123", "IN", "+919175550123"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("030 7654321", "DE", "+49307654321"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("044 668 18 00", "US", ""),  # possible there, and no number of its plan
        ("030 7654321", "US", ""),
        ("030 7654321", "", ""),
        ("+49 30 7654321", "", "+49307654321"),
        ("0000000000", "US", ""),
        ("1111111111", "US", ""),
        ("+1 000 000 0000", "US", ""),
        ("123456789", "DE", ""),
        ("1234567890", "US", ""),
        ("999999999", "ES", ""),
        ("(555) 555-0100", "US", ""),
        ("07700 900123", "GB", ""),  # kept for fiction (Ofcom): in no plan
        ("+44 7700 900123", "US", "+447700900123"),  # with its country code it is nobody else's
        ("1-415-555-0100", "US", "+14155550100"),
        ("tel:+1-415-555-0100", "DE", "+14155550100"),
        ("TEL:415-555-0100", "US", "+14155550100"),
        ("tel:20-7946-0018;phone-context=+44", "US", "+442079460018"),
        ("0044 20 7946 0018", "DE", "+442079460018"),
        ("0044 20 7946 0018", "US", "+442079460018"),
        ("+00 44 20 7946 0018", "US", "+442079460018"),
        ("(0044) 20 7946 0018", "US", "+442079460018"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("०९१७५५५०१२३", "IN", "+919175550123"),
        ("٠٣٠ ٧٦٥٤٣٢١", "DE", "+49307654321"),
        ("\u202a+1 415 555 0100\u202c", "DE", "+14155550100"),
        ("\u200b415\u00a0555\u00a00100", "US", "+14155550100"),
    ],
)
def test_phone_is_known_in_e164(dialled, region, known):
    assert normalise_phone(dialled, region) == known
    assert normalise_phone(known, "AQ") == known


@pytest.mark.parametrize(
    ("dialled", "known"),
    [
        ("+1 415 555 0100 ext. 12", "+14155550100;ext=12"),
        ("+1 415 555 0100 ext. 13", "+14155550100;ext=13"),
        ("415-555-0100 x12", "+14155550100;ext=12"),
        ("(415) 555-0100 #12", "+14155550100;ext=12"),
        ("tel:+1-415-555-0100;ext=12", "+14155550100;ext=12"),
        ("+1 415 555 0100 ext. \u0967\u0968", "+14155550100;ext=12"),
        ("+1 415 555 0100", "+14155550100"),
    ],
)
def test_an_extension_belongs_to_the_number(dialled, known):
    assert normalise_phone(dialled, "US") == normalise_phone(known, "DE") == known


def name_by(phone, country, *, shop_country="US"):
    """Return the phone that a message names somebody by, or ""."""
    reading = Reading(kind="order", phone=phone, country=country)
    names = list_identities(a_submission(), reading, shop_country)
    return "".join(name.value for name in names)


@pytest.mark.parametrize(
    ("phone", "country", "known"),
    [
        ("9175550123", "IN", "+919175550123"),
        ("9175550123", "in", "+919175550123"),
        ("9175550123", " IN ", "+919175550123"),
        ("9175550123", "US", "+19175550123"),
        ("917 555 0123", "", "+19175550123"),
        ("917 555 0123", "XX", "+19175550123"),
        ("917 555 0123", "N/A", "+19175550123"),
        ("+1 917 555 0123", "IN", "+19175550123"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("044 668 18 00", "", ""),
        ("020 7946 0018", "GB", "+442079460018"),
        ("020 7946 0018", "UK", "+442079460018"),
        ("020 7946 0018", "uk", "+442079460018"),
        ("21 0234 5678", "el", "+302102345678"),
        ("061 221 234", "NA", "+26461221234"),  # Namibia, and no stand-in
        ("0000000000", "IN", ""),
        ("123456789", "DE", ""),
        ("917 555 0123", "Deutschland", ""),  # some country, and not the shop's
        ("917 555 0123", "IND", ""),
        ("917 555 0123", "AQ", ""),
        ("+1 917 555 0123", "Deutschland", "+19175550123"),
    ],
)
def test_a_phone_is_read_in_the_country_that_stands_beside_it(phone, country, known):
    assert name_by(phone, country) == known


@pytest.mark.parametrize("standin", ["0", "00", "N/A", "NULL", "-", "1.2E+12"])
@pytest.mark.parametrize("trust", list(Trust))
def test_a_stand_in_is_no_id_whoever_sends_it(standin, trust):
    reading = Reading(kind="order", sender_id=standin, email="a@example.org", orders=(an_order(standin),))

    assert list_identities(a_submission(trust=trust), reading, "US") == (EMAIL,)


def an_order(order_id):
    """Return an order that differs in its number alone."""
    return {
        "id": order_id,
        "placed_at": NOW,
        "updated_at": NOW,
        "state": "paid",
        "total": "1.00",
        "currency": "EUR",
    }


def test_the_dummies_of_the_till_name_nobody(tmp_path, monkeypatch):
    path = tmp_path / "dummies.toml"
    path.write_text('emails = ["WalkIn@Shop.example."]\nemail_domains = ["none.example"]\nphones = ["+12025550123"]\n')
    monkeypatch.setattr(dummies, "FILE", path)

    def list_names(email, phone):
        reading = Reading(kind="order", email=email, phone=phone)
        return [name.value for name in list_identities(a_submission(), reading, "US")]

    assert list_names("<walkin@shop.example>", "(202) 555-0123") == []
    assert list_names("7@NONE.example", "202-555-0123 x7") == []
    assert list_names("7@till.none.example", "+12025550123") == []
    assert list_names("asel@shop.example", "(202) 555-0124") == ["asel@shop.example", "+12025550124"]
    assert list_names("asel@alone.example", "") == ["asel@alone.example"]


def test_names_stand_strongest_first():
    reading = Reading(kind="order", sender_id="1", email="A@example.org", phone="(202) 555-0123")

    names = list_identities(a_submission(), reading, "US")

    assert [name.kind for name in names] == ["id", "email", "phone"]


@pytest.mark.parametrize(
    ("names", "trust", "deciding", "claimable"),
    [
        ((ID, EMAIL, PHONE), Trust.SIGNED, (ID, EMAIL), (ID, EMAIL)),
        ((ID, PHONE), Trust.SIGNED, (ID,), (ID, PHONE)),
        ((EMAIL, PHONE), Trust.SIGNED, (EMAIL,), (EMAIL,)),
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


@pytest.mark.parametrize(
    ("names", "claimable"),
    [
        ((ID, EMAIL, PHONE), (ID, EMAIL)),
        ((ID, PHONE), (ID,)),
        ((EMAIL, PHONE), (EMAIL,)),
        ((PHONE,), (PHONE,)),
    ],
)
def test_what_was_typed_at_a_checkout_claims_no_phone_beside_another_name(names, claimable):
    assert list_claimable(names, Trust.SIGNED, typed=True) == claimable
