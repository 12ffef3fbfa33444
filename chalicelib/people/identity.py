"""Which customer a submission is about: its normalised names, strongest first, and the rules of joining.

    1. The strongest name decides: the sender's customer id, else e-mail, phone, or the order that it is about (a
       refund names no other customer). Weaker ones are not looked up.
    2. A signed source may go from an unknown customer id to a known e-mail; nothing else steps down.
    3. A signed source claims its customer id, its orders, and one address that is free: the e-mail, else the phone.
       Where that was typed at a shop's checkout (`Reading.typed`), a phone beside an id is not claimed. Anything else
       claims only the name that decided.
    4. A link that we sent decides alone, and makes no new customer: a person who has it has the mailbox it went to.
    5. Where names of one submission belong to two customers, they are not merged: a suggestion is recorded.
    6. A row that the shop imports is not signed, but the shop's own word: under a customer id of its own it may step
       down to a known e-mail, and claims both. Never a phone.

So a visitor who types into a form can neither join two customers nor claim another person's phone. Stand-ins for ids
(`chalicelib.shop.standins`) and the dummies of the shop's till (`chalicelib.shop.dummies`) name nobody.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers

from chalicelib.addresses import is_simulated, normalise_email
from chalicelib.models import Identity, IdentityKind, Reading, Submission, Trust
from chalicelib.shop.dummies import is_dummy_email, is_dummy_phone
from chalicelib.shop.standins import is_standin

IMPORTED = "import:"  # what the ids of chalicelib.imports begin with
DIALLED_00 = re.compile(r"\+?[\s(]*00[\s)]*(?=[1-9])")  # the international prefix of most countries (ITU-T E.123)
PLUS = phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
NO_COUNTRY = ("XX", "ZZ")  # ISO 3166 leaves both to users
OWN_CODES = {"UK": "GB", "EL": "GR"}  # codes in use beside ISO 3166: the EU's of Greece, the user-chosen of Britain


def is_invented(names: Iterable[Identity]) -> bool:
    """Return whether somebody is of a smoke test: they have an address of SES's simulator, and no other."""
    emails = [name.value for name in names if name.kind == IdentityKind.EMAIL]
    return bool(emails) and all(map(is_simulated, emails))


def list_identities(submission: Submission, reading: Reading, region: str) -> tuple[Identity, ...]:
    """Return the names in a submission, strongest first; unusable ones are left out, never guessed."""
    if reading.link:
        return (Identity(kind="link", value=reading.link),)
    names = []
    if reading.sender_id and not is_standin(reading.sender_id):
        source = f"{submission.sender}:{submission.shop}:{reading.sender_id}"
        names.append(Identity(kind="id", value=source))
    email = normalise_email(reading.email)
    if email and not is_dummy_email(email):
        names.append(Identity(kind="email", value=email))
    phone = normalise_phone(reading.phone, choose_region(reading.country, region))
    if phone and not is_dummy_phone(phone):
        names.append(Identity(kind="phone", value=phone))
    return (*names, *list_orders(submission, reading))


def list_orders(submission: Submission, reading: Reading) -> tuple[Identity, ...]:
    """Return the orders of a signed submission, as names of the customers who placed them."""
    if submission.trust is not Trust.SIGNED:
        return ()
    ids = dict.fromkeys([order.id for order in reading.orders] + [refund.order_id for refund in reading.refunds])
    source = f"{submission.sender}:{submission.shop}"
    return tuple(Identity(kind="order", value=f"{source}:{one}") for one in ids if not is_standin(one))


def name_shop(sender: str, shop: str) -> Identity:
    """Return the name of a sender's shop: the index row of it tells which customers came through it."""
    return Identity(kind=IdentityKind.SHOP, value=f"{sender}:{shop}")


def list_deciding(names: tuple[Identity, ...], trust: Trust) -> tuple[Identity, ...]:
    """Return the names that may decide which customer this is, in order (rules 1, 2 and 6)."""
    if (trust is Trust.SIGNED and names[:1] and names[0].kind == "id") or is_imported(names, trust):
        return tuple(name for name in names if name.kind in ("id", "email"))
    return names[:1]


def is_imported(names: tuple[Identity, ...], trust: Trust) -> bool:
    """Return whether the names are of a row of the shop's own list that has a customer number."""
    first = next(iter(names), None)
    return trust is Trust.OWN and first is not None and first.value.startswith(IMPORTED) and first.kind == "id"


def list_claimable(names: tuple[Identity, ...], trust: Trust, *, typed: bool = False) -> tuple[Identity, ...]:
    """Return the names that this submission may claim (rules 3 and 6)."""
    if is_imported(names, trust):
        return tuple(name for name in names if name.kind in ("id", "email"))
    if trust is not Trust.SIGNED:
        return names[:1]
    address = [name for name in names if name.kind in ("email", "phone")][:1]
    if typed and names[:1] != tuple(address):  # a checkout's phone names nobody beside an id
        address = [name for name in address if name.kind == "email"]
    return tuple(name for name in names if name.kind in ("id", "link", "order") or name in address)


def choose_region(country: str, shop_country: str) -> str:
    """Return the region to read a phone number in: the country beside it, else the shop's (ISO 3166, two letters).

    A country that stands there and cannot be read ("Deutschland") is not the shop's for that: "" reads numbers with a
    country code alone.
    """
    code = country.strip().upper()
    code = OWN_CODES.get(code, code)
    if code in phonenumbers.SUPPORTED_REGIONS:  # asked first: NA is Namibia
        return code
    return shop_country if is_standin(code) or code in NO_COUNTRY else ""


@lru_cache(maxsize=1_000)
def normalise_phone(number: str, region: str) -> str:
    """Return the name that a number gives, read as dialled in `region` (ISO 3166) when it has no country code, or "".

    It is E.164, with an extension as RFC 3966 writes it (`+14155550100;ext=12`): extensions are different people.
    Without a country code it must be valid in `region`, for a number read in the wrong country is another person's.
    With one, possible is enough: numbering plans open new ranges before any library knows them.
    """
    typed = number.strip()
    parsed = read_phone(typed, region)
    dialled = DIALLED_00.match(typed)
    if parsed is None and dialled:
        parsed = read_phone(f"+{typed[dialled.end() :]}", region)
    if parsed is None:
        return ""
    extension = f";ext={phonenumbers.normalize_digits_only(parsed.extension)}" if parsed.extension else ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) + extension


def read_phone(number: str, region: str) -> phonenumbers.PhoneNumber | None:
    """Return a number that may name somebody, or None. One digit repeated, such as 0000000000, is none unless valid."""
    try:
        parsed = phonenumbers.parse(number, region or None, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_valid_number(parsed):
        return parsed
    repeated = len(set(phonenumbers.national_significant_number(parsed))) == 1
    stated = parsed.country_code_source == PLUS and not repeated
    return parsed if stated and phonenumbers.is_possible_number(parsed) else None
