"""Forgetting: one transaction, after which no data of a person can be read. The sweep after it removes the rest.

    ledger entry + end of the ledger + the key's row deleted + the core deleted + a row for the work left
    + the key of the list of names deleted, which names this person                     |
                                `sweep`: names become tombstones; mails, links, history, waiting items are removed
                                `verify`: reads every store again; `receipts`: writes the signed receipt

Another transaction about this person fails at the core's version, or finds no key. Its repetition finds the
tombstones and settles without effect. So no mail is sent and no event is kept after this transaction.
"""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import islice

from pydantic import AwareDatetime

from chalicelib.downstream.changes import write_forgotten
from chalicelib.errors import RaceLostError
from chalicelib.models import Identity, Model, utc_text
from chalicelib.people.directory import People
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.shop.stops import StopReason
from chalicelib.store.erasures import ErasureRow, Stage
from chalicelib.store.identities import make_row, read_name
from chalicelib.store.ledger import Erasure, Ledger
from chalicelib.store.table import Part

log = logging.getLogger(__name__)

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
    TEST = "test"  # invented by a smoke test


class ForgetOrder(Model):
    """The cause of an erasure.

    `request` is a random id, `result` names the link row that will show the receipt, or is "". `barred` are index rows
    of the address to which the person wishes no advertising to be sent, without `idn#`. `decided_at` is when the door
    took the decision, where it is settled later.
    """

    reason: Reason
    request: str
    requested_at: AwareDatetime
    result: str = ""
    barred: tuple[str, ...] = ()
    decided_at: AwareDatetime | None = None


@dataclass(frozen=True)
class Held:
    """What an erasure needs of a customer: ids and hashes, which stand beside what is sealed. Nothing is opened.

    `names` are the index rows of every name they had. `probe` and `identities` are there where the record could be
    opened: a text that only the destroyed key opens, and the names that the shop's own systems know.
    """

    customer_id: str
    version: int
    names: tuple[str, ...]
    probe: bytes = b""
    identities: tuple[Identity, ...] = ()


def find_held(customer_id: str, services: Services) -> Held | None:
    """Return what an erasure needs of a customer, or None for one who is forgotten."""
    core = services.people_rows.read_core(customer_id)
    if core is None or not services.keys.has_key(customer_id):
        return None
    held = Held(customer_id, core.version, core.names)
    try:
        person = services.people.load_own(customer_id)
    except Exception as fault:  # whatever is wrong with a record must not keep it from being forgotten
        log.error("forgotten_unread", extra={"key": customer_id, "fault": type(fault).__name__})
        return held
    return replace(held, probe=make_probe(person), identities=person.profile.identities)


def forget_person(
    customer_id: str, order: ForgetOrder, services: Services, now: datetime, more: Iterable[Part] = ()
) -> bool:
    """Make one person unreadable, in one transaction with the parts of `more`; return False where that is so already.

    Raise RaceLostError to try later, or where a condition of `more` does not hold.
    """
    more = tuple(more)
    for _ in range(RETRIES):
        held = find_held(customer_id, services)
        if held is None:
            return False
        try:
            services.table.commit_parts([*write_forgetting(held, order, services, now), *more])
            return True
        except RaceLostError:
            continue
    raise RaceLostError(customer_id)


def write_forgetting(
    held: Held, order: ForgetOrder, services: Services, now: datetime, *, more: Iterable[Identity] = ()
) -> Parts:
    """Return the parts of the transaction that forgets a person as they were read; the names of `more` are blocked too.

    There are six parts, one for each free name of `more` and each row of the barred address, and one event where the
    shop has systems of its own; these never heard of somebody of a smoke test. The ledger keeps the person's lasting
    names; those of orders stand on the orders' rows, and the sweep reads them there.
    """
    people, more = services.people, tuple(dict.fromkeys(more))
    names = dict.fromkeys((*map(read_name, held.names), *list_rows(more, people)))
    entry = follow_ledger(tuple(names), held.customer_id, order, services.ledger, now)
    row = start_row(entry, order, now, held.probe)
    tell = partial(write_forgotten, services.outbox)
    return [
        *services.ledger.append_entry(entry),
        services.keys.delete_key(held.customer_id),
        services.roster_rows.destroy_key(),
        services.people_rows.delete_core(held.customer_id, held.version),
        services.erasures.write_row(row),
        *block_names(list_rows(more, people), people, entry.gone_at),
        *bar_address(order.barred, services, now),
        *([] if order.reason is Reason.TEST else tell(held.customer_id, held.identities, order.reason.value, now)),
    ]


def write_nothing_held(names: tuple[Identity, ...], order: ForgetOrder, services: Services, now: datetime) -> Parts:
    """Return the parts that record a request about names which no customer holds, and block the names all the same."""
    rows = list_rows(tuple(dict.fromkeys(names)), services.people)
    entry = follow_ledger(rows, "", order, services.ledger, now)
    return [
        *services.ledger.append_entry(entry),
        services.erasures.write_row(start_row(entry, order, now, b"")),
        *block_names(rows, services.people, entry.gone_at),
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
    return [services.suppressions.write_stop(row, StopReason.WISH.value, at) for row in rows]


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
        since=min(order.decided_at, now) if order.decided_at else None,
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


def list_rows(names: tuple[Identity, ...], people: People) -> tuple[str, ...]:
    """Return the index rows of names under every live secret, as the ledger keeps them: without `idn#`."""
    return tuple(read_name(row) for name in names for row in people.name_rows(name))


def make_request() -> str:
    """Return a new id for an erasure that no request has named."""
    return secrets.token_urlsafe(12)
