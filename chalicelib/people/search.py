"""Finds customers by what one box takes: address, phone number, customer id, card, order number, a name, last digits.

An address, number or code is looked up whole, by its keyed hash. A phone number finds every record that holds it, also
where the customer gave an e-mail address beside it and the number names nobody (docs/identity.md). Words of a name and
the last four digits of a number are looked up in the list of names (`roster_reader`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, IdentityKind
from chalicelib.people.cards import read_card
from chalicelib.people.identity import normalise_phone
from chalicelib.people.orders import name_number
from chalicelib.people.reader import PeopleReader
from chalicelib.people.roster_reader import RosterReader

CUSTOMER_ID = re.compile(r"[A-Za-z0-9_-]{22}")
LAST_DIGITS = re.compile(r"\d{4}")
LONGEST = 320  # signs of what is looked up: an e-mail address has 254 at most (RFC 5321)
MOST_NAMED = 50  # customers of one name who are looked at further


@dataclass(frozen=True)
class Found:
    """The ids of customers who were found. `unlisted`: names could not be looked up, for there is no list now."""

    ids: tuple[str, ...]
    unlisted: bool = False


def search_people(typed: str, people: PeopleReader, roster: RosterReader, country: str) -> Found:
    """Return the customers whom a text names, by whatever it may be.

    Four digits may be the end of an order's number or of a phone number: both are found.
    """
    text = typed.strip()[:LONGEST]
    exact = find_people(text, people, country)
    if "@" in text or (exact and not LAST_DIGITS.fullmatch(text)):
        return Found(exact)
    listed = roster.find_ids(text)
    named = (listed or [])[:MOST_NAMED]
    joined = people.rows.find_joined(named) if named else {}
    ids = dict.fromkeys((*exact, *(joined.get(one, one) for one in named)))
    return Found((*ids, *(listed or [])[MOST_NAMED:]), unlisted=listed is None)


def find_people(typed: str, people: PeopleReader, country: str) -> tuple[str, ...]:
    """Return the customers of an address, a number, a code or an id; `country` is that of numbers without a code."""
    text = typed.strip()[:LONGEST]
    for name in read_names(text, country):
        found = people.find_all(name)
        if found:
            return found
    return find_id(text, people)


def read_names(text: str, country: str) -> Iterator[Identity]:
    """Yield the names that a text may be, the likeliest first."""
    if "@" in text:
        address = normalise_email(text)
        if address:
            yield Identity(kind=IdentityKind.EMAIL, value=address)
        return
    number = normalise_phone(text, country) if text else ""
    if number:
        yield Identity(kind=IdentityKind.PHONE, value=number)
    code = read_card(text)
    if code:
        yield Identity(kind=IdentityKind.CARD, value=code)
    order = name_number(text)
    if order is not None:
        yield order


def find_id(text: str, people: PeopleReader) -> tuple[str, ...]:
    """Return the customer of an id, or the record that stands for that customer; none for an id of nobody."""
    if not CUSTOMER_ID.fullmatch(text) or not people.keys.has_key(text):
        return ()
    return (people.rows.find_joined([text]).get(text, text),)
