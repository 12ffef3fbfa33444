"""Which customer a submission is about: its normalised names, strongest first, and the rules of joining.

    1. The strongest name decides: the sender's customer id, else e-mail, phone, or the order that it is about (a
       refund names no other customer). Weaker ones are not looked up.
    2. A signed source may go from an unknown customer id to a known e-mail; nothing else steps down.
    3. A signed source claims every name that is free. Anything else claims only the name that decided.
    4. A link that we sent decides alone, and makes no new customer: a person who has it has the mailbox it went to.
    5. Where names of one submission belong to two customers, they are not merged: a suggestion is recorded.
    6. A row that the shop imports is not signed, but the shop's own word: under a customer id of its own it may step
       down to a known e-mail, and claims both. Never a phone.

So a visitor who types into a form can neither join two customers nor claim another person's phone.
"""

from functools import lru_cache

import phonenumbers

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, Reading, Submission, Trust

IMPORTED = "import:"  # what the ids of chalicelib.imports begin with


def list_identities(submission: Submission, reading: Reading, region: str) -> tuple[Identity, ...]:
    """Return the names in a submission, strongest first; unusable ones are left out, never guessed."""
    if reading.link:
        return (Identity(kind="link", value=reading.link),)
    names = []
    if reading.sender_id:
        source = f"{submission.sender}:{submission.shop}:{reading.sender_id}"
        names.append(Identity(kind="id", value=source))
    email = normalise_email(reading.email)
    if email:
        names.append(Identity(kind="email", value=email))
    phone = normalise_phone(reading.phone, region)
    if phone:
        names.append(Identity(kind="phone", value=phone))
    return (*names, *list_orders(submission, reading))


def list_orders(submission: Submission, reading: Reading) -> tuple[Identity, ...]:
    """Return the orders of a signed submission, as names of the customers who placed them."""
    if submission.trust is not Trust.SIGNED:
        return ()
    ids = dict.fromkeys([order.id for order in reading.orders] + [refund.order_id for refund in reading.refunds])
    return tuple(Identity(kind="order", value=f"{submission.sender}:{submission.shop}:{order_id}") for order_id in ids)


def list_deciding(names: tuple[Identity, ...], trust: Trust) -> tuple[Identity, ...]:
    """Return the names that may decide which customer this is, in order (rules 1, 2 and 6)."""
    if (trust is Trust.SIGNED and names[:1] and names[0].kind == "id") or is_imported(names, trust):
        return tuple(name for name in names if name.kind in ("id", "email"))
    return names[:1]


def is_imported(names: tuple[Identity, ...], trust: Trust) -> bool:
    """Return whether the names are of a row of the shop's own list that has a customer number."""
    first = next(iter(names), None)
    return trust is Trust.OWN and first is not None and first.value.startswith(IMPORTED) and first.kind == "id"


def list_claimable(names: tuple[Identity, ...], trust: Trust) -> tuple[Identity, ...]:
    """Return the names that this submission may claim (rules 3 and 6)."""
    if is_imported(names, trust):
        return tuple(name for name in names if name.kind in ("id", "email"))
    return names if trust is Trust.SIGNED else names[:1]


@lru_cache(maxsize=1_000)
def normalise_phone(number: str, region: str) -> str:
    """Return the number in E.164, read as dialled in `region` (ISO 3166) when it has no country code, or ""."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
