"""Forgetting: one transaction after which nobody can read a person any more, and after which the rest is only tidying.

    ledger entry + end of the ledger + the key's row deleted + the profile deleted + a row for what is left to do
                                                                                        |
                                        `sweep`: names become tombstones; mails, links, history, waiting items go
                                        `verify`: reads it all again; `receipts`: says so, signed

Whatever was under way about this person fails at the profile's version or finds no key; it comes back later, finds
the tombstones, and ends as nobody's. So no mail leaves and no event is kept after the transaction.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import islice

from pydantic import AwareDatetime

from chalicelib.addresses import normalise_email
from chalicelib.downstream.changes import write_forgotten
from chalicelib.errors import RaceLostError
from chalicelib.models import Identity, Model, utc_text
from chalicelib.people.directory import People, Person
from chalicelib.people.identity import normalise_phone
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow, Stage
from chalicelib.store.identities import make_row, read_name
from chalicelib.store.ledger import Erasure, Ledger
from chalicelib.store.table import Part

RETRIES = 8  # against rivals
MOST_BARRED = 60  # in one transaction, of DynamoDB's hundred parts
PROBE_BYTES = 16
Parts = list[Part]


class Reason(StrEnum):
    """Why somebody is forgotten."""

    REQUEST = "request"  # they asked, and proved that the mailbox is theirs
    SHOPIFY = "shopify"  # customers/redact
    SHOP = "shop"  # shop/redact
    RETENTION = "retention"  # not seen for longer than data is kept
    STAFF = "staff"  # asked on the phone or in the shop


class ForgetOrder(Model):
    """Who wants it: `request` is a random id, `result` names the link row where the receipt is shown, or is ""."""

    reason: Reason
    request: str
    requested_at: AwareDatetime
    result: str = ""


def forget_person(customer_id: str, order: ForgetOrder, services: Services, now: datetime) -> bool:
    """Make one person unreadable; return False where that is so already. Raise RaceLostError to try later."""
    for _ in range(RETRIES):
        person = services.people.open_person(customer_id)
        if person is None:
            return False
        try:
            services.table.commit_parts(write_forgetting(person, order, services, now))
            return True
        except RaceLostError:
            continue
    raise RaceLostError(customer_id)


def write_forgetting(
    person: Person, order: ForgetOrder, services: Services, now: datetime, *, more: Iterable[Identity] = ()
) -> Parts:
    """Return the parts of the transaction that forgets a person as they were read; `more` names are barred too.

    There are five, one for each of `more` that nobody holds, and one where systems of the shop's own are to hear of it.
    """
    people, more = services.people, tuple(dict.fromkeys(more))
    names = dict.fromkeys(list_rows((*list_names(person, services.settings.shop_country), *more), people))
    entry = follow_ledger(tuple(names), person.id, order, services.ledger, now)
    row = start_row(entry, order, now, make_probe(person))
    return [
        *services.ledger.append_entry(entry),
        services.keys.delete_key(person.id),
        services.people_rows.delete_profile(person.id, person.version),
        services.erasures.write_row(row),
        *bar_names(list_rows(more, people), people, now),
        *write_forgotten(services.outbox, person.id, person.profile.identities, order.reason.value, now),
    ]


def write_nothing_held(names: tuple[Identity, ...], order: ForgetOrder, services: Services, now: datetime) -> Parts:
    """Return the parts that record a wish about names which nobody here has, and bar them like any other."""
    rows = list_rows(tuple(dict.fromkeys(names)), services.people)
    entry = follow_ledger(rows, "", order, services.ledger, now)
    return [
        *services.ledger.append_entry(entry),
        services.erasures.write_row(start_row(entry, order, now, b"")),
        *bar_names(rows, services.people, now),
    ]


def bar_names(names: Iterable[str], people: People, now: datetime) -> Parts:
    """Return the parts that bar index rows which nobody holds; the sweep bars those beyond the first MOST_BARRED.

    At once, not with the sweep a minute later: what waits in the inbox meanwhile would make someone new of them.
    """
    rows = [make_row(name) for name in islice(names, MOST_BARRED)]
    owners = people.identities.find_owners(rows)
    return [part for row in rows for part in people.identities.block_if_free(row, owners.get(row), utc_text(now))]


def follow_ledger(
    names: tuple[str, ...], customer_id: str, order: ForgetOrder, ledger: Ledger, now: datetime
) -> Erasure:
    """Return the entry that would be the ledger's next."""
    head = ledger.read_head()
    return Erasure(
        number=head.number + 1,
        at=now,
        request=order.request,
        reason=order.reason.value,
        customer=customer_id,
        names=names,
        previous=head.hash,
    )


def start_row(entry: Erasure, order: ForgetOrder, now: datetime, probe: bytes) -> ErasureRow:
    """Return the row of an erasure that has just begun."""
    return ErasureRow(
        id=order.request,
        stage=Stage.SWEEPING,
        customer=entry.customer,
        number=entry.number,
        reason=order.reason.value,
        requested_at=utc_text(order.requested_at),
        at=utc_text(now),
        result=order.result,
        probe=probe,
        due_at=utc_text(now),
    )


def make_probe(person: Person) -> bytes:
    """Return something sealed under the key that is about to go: the verifier must fail to open it."""
    return person.seal.seal_record("probe", "probe", secrets.token_bytes(PROBE_BYTES))


def list_names(person: Person, region: str) -> tuple[Identity, ...]:
    """Return everything that could lead to a person: names, the addresses in the profile, orders, refunds' orders."""
    profile = person.profile
    held = {name: str(value.value) for name, value in profile.fields.items() if name in ("email", "phone")}
    contacts = {
        "email": normalise_email(held.get("email", "")),
        "phone": normalise_phone(held.get("phone", ""), region),
    }
    orders = dict.fromkeys(profile.orders)
    orders |= {f"{key.removesuffix(one.id)}{one.order_id}": None for key, one in profile.refunds.items()}
    names = [
        *profile.identities,
        *(Identity(kind=kind, value=value) for kind, value in contacts.items() if value),
        *(Identity(kind="order", value=value) for value in orders),
    ]
    return tuple({(name.kind, name.value): name for name in names}.values())


def list_rows(names: tuple[Identity, ...], people: People) -> tuple[str, ...]:
    """Return the index rows of names under every live secret, as the ledger keeps them: without `idn#`."""
    return tuple(read_name(row) for name in names for row in people.name_rows(name))


def make_request() -> str:
    """Return a new id for an erasure that nobody's request has named."""
    return secrets.token_urlsafe(12)
