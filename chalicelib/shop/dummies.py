"""The addresses and phone numbers that the shop's till enters for customers who gave none: dummies.toml. Pure.

They name nobody. No dummy is guessed: none@none.com may be somebody's address.
"""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from chalicelib.addresses import normalise_email
from chalicelib.definitions import load_definition
from chalicelib.models import Model
from chalicelib.shop.own import choose_file

FILE = Path(__file__).with_suffix(".toml")


def check_address(text: str) -> str:
    """Return an address as the blind index has it; raise ValueError."""
    address = normalise_email(text)
    if not address:
        raise ValueError("is no e-mail address")
    return address


def check_domain(text: str) -> str:
    """Return a domain as the blind index has it; raise ValueError."""
    return check_address(f"a@{text}").partition("@")[2]


class Dummies(Model):
    """The data file; `phones` are in E.164."""

    emails: frozenset[Annotated[str, AfterValidator(check_address)]] = frozenset()
    email_domains: frozenset[Annotated[str, AfterValidator(check_domain)]] = frozenset()
    phones: frozenset[Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{4,14}$")]] = frozenset()


@cache
def load_dummies(path: Path) -> Dummies:
    """Return the dummies of a file; raise DefinitionError."""
    return load_definition(choose_file(path), Dummies)


def is_dummy_email(address: str) -> bool:
    """Return whether an address, as the blind index has it, is one of the shop's dummies."""
    dummies = load_dummies(FILE)
    labels = address.partition("@")[2].split(".")
    domains = {".".join(labels[place:]) for place in range(len(labels))}
    return address in dummies.emails or bool(domains & dummies.email_domains)


def is_dummy_phone(number: str) -> bool:
    """Return whether a number, in E.164 with or without an extension, is one of the shop's dummies."""
    return number.partition(";")[0] in load_dummies(FILE).phones
