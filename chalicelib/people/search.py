"""Finds customers by what one box takes: an e-mail address, a phone number in any notation, a customer id.

A name is looked up whole, by its keyed hash. A phone number finds every record that holds it, also where the customer
gave an e-mail address beside it and the number names nobody (docs/identity.md).
"""

import re

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, IdentityKind
from chalicelib.people.identity import normalise_phone
from chalicelib.people.reader import PeopleReader

CUSTOMER_ID = re.compile(r"[A-Za-z0-9_-]{22}")
LONGEST = 320  # signs of what is looked up: an e-mail address has 254 at most (RFC 5321)


def find_people(typed: str, people: PeopleReader, country: str) -> tuple[str, ...]:
    """Return the ids of the customers whom a text names; a number without a country code is read as in `country`."""
    text = typed.strip()[:LONGEST]
    name = read_name(text, country)
    found = people.find_all(name) if name is not None else ()
    return found or find_id(text, people)


def read_name(text: str, country: str) -> Identity | None:
    """Return the name in a text, or None for one that is neither an address nor a number."""
    if "@" in text:
        address = normalise_email(text)
        return Identity(kind=IdentityKind.EMAIL, value=address) if address else None
    number = normalise_phone(text, country) if text else ""
    return Identity(kind=IdentityKind.PHONE, value=number) if number else None


def find_id(text: str, people: PeopleReader) -> tuple[str, ...]:
    """Return the customer of an id, or the record that stands for that customer; none for an id of nobody."""
    if not CUSTOMER_ID.fullmatch(text) or not people.keys.has_key(text):
        return ()
    return (people.rows.find_joined([text]).get(text, text),)
