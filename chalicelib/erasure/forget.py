"""Forgetting: one transaction, after which no data of a person can be read. The sweep after it removes the rest.

    ledger entry + end of the ledger + the key's row deleted + the profile deleted + a row for the work left
                                                                                        |
                                `sweep`: names become tombstones; mails, links, history, waiting items are removed
                                `verify`: reads every store again; `receipts`: writes the signed receipt

Another transaction about this person fails at the profile's version, or finds no key. Its repetition finds the
tombstones and settles without effect. So no mail is sent and no event is kept after this transaction.
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
from chalicelib.store.suppressions import WISH
from chalicelib.store.table import Part

RETRIES = 8  # against other workers
MOST_BLOCKED = 60  # in one transaction, of DynamoDB's hundred parts
PROBE_BYTES = 16
Parts = list[Part]


class Reason(StrEnum):
    """Why a person is forgotten."""

    REQUEST = "request"  # they asked, and proved that the mailbox is theirs
    SHOPIFY = "shopify"  # customers/redact
    SHOP = "shop"  # shop/redact
    RETENTION = "retention"  # not seen for longer than data is kept
    STAFF = "staff"  # asked on the phone or in the shop


class ForgetOrder(Model):
    """The cause of an erasure.

    `request` is a random id, `result` names the link row that will show the receipt, or is "". `barred` are index rows
    of the address to which the person wishes no advertising to be sent, without `idn#`.
    """

    reason: Reason
    request: str
    requested_at: AwareDatetime
    result: str = ""
    barred: tuple[str, ...] = ()


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
    """Return the parts of the transaction that forgets a person as they were read; the names of `more` are blocked too.

    There are five parts, one for each free name of `more` and each row of the barred address, and one event where the
    shop has systems of its own.
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
        *block_names(list_rows(more, people), people, now),
        *bar_address(order.barred, services, now),
        *write_forgotten(services.outbox, person.id, person.profile.identities, order.reason.value, now),
    ]


def write_nothing_held(names: tuple[Identity, ...], order: ForgetOrder, services: Services, now: datetime) -> Parts:
    """Return the parts that record a request about names which no customer holds, and block the names all the same."""
    rows = list_rows(tuple(dict.fromkeys(names)), services.people)
    entry = follow_ledger(rows, "", order, services.ledger, now)
    return [
        *services.ledger.append_entry(entry),
        services.erasures.write_row(start_row(entry, order, now, b"")),
        *block_names(rows, services.people, now),
    ]


def block_names(names: Iterable[str], people: People, now: datetime) -> Parts:
    """Return the parts that block free index rows; the sweep blocks those beyond the first MOST_BLOCKED.

    They are blocked at once, not by the sweep a minute later: items in the inbox would make a new customer of them.
    """
    rows = [make_row(name) for name in islice(names, MOST_BLOCKED)]
    owners = people.identities.find_owners(rows)
    return [part for row in rows for part in people.identities.block_if_free(row, owners.get(row), utc_text(now))]


def bar_address(rows: Iterable[str], services: Services, at: datetime) -> Parts:
    """Return the parts by which no advertising is sent to an address, as its owner wished: keyed hashes alone."""
    return [services.suppressions.write_stop(row, WISH, at) for row in rows]


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
        barred=order.barred,
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
    """Return a text sealed under the key that will be destroyed: the verifier must fail to open it."""
    return person.seal.seal_record("probe", "probe", secrets.token_bytes(PROBE_BYTES))


def list_names(person: Person, region: str) -> tuple[Identity, ...]:
    """Return every name that could lead to a person: identities, addresses in the profile, orders, refunds' orders."""
    profile = person.profile
    held = {name: str(value.value) for name, value in profile.fields.items() if name in ("email", "phone")}
    contacts = {
        "email": normalise_email(held.get("email", "")),
        "phone": normalise_phone(held.get("phone", ""), region),
    }
    orders = dict.fromkeys(profile.orders)
    orders |= {f"{key.removesuffix(refund.id)}{refund.order_id}": None for key, refund in profile.refunds.items()}
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
    """Return a new id for an erasure that no request has named."""
    return secrets.token_urlsafe(12)
