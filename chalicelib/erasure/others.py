"""Other records that hold an address of somebody who is forgotten.

A shop may know one person under several numbers. A record that knows no other address than those of the forgotten
person is forgotten with them, in an erasure of its own. One that knows others too may be another person's: staff decide
(`make requests`). One that cannot be read is told to staff as well.
"""

import logging
from datetime import datetime

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person
from chalicelib.erasure.sweep import ErasureTarget
from chalicelib.models import RequestKind
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.store.erasures import ErasureRow
from chalicelib.store.requests import start_handover

log = logging.getLogger(__name__)


def forget_others(row: ErasureRow, target: ErasureTarget, services: Services, now: datetime) -> int:
    """Forget the other records of the same addresses; return how many. Staff get those that need a decision."""
    others = [one for one in services.identities.list_holders(target.rows) if one != target.customer]
    return sum(forget_other(customer_id, target, row, services, now) for customer_id in others)


def forget_other(customer_id: str, target: ErasureTarget, row: ErasureRow, services: Services, now: datetime) -> bool:
    """Forget one other record, or leave it to staff; return whether it was forgotten.

    A record that the forgotten one was made of goes with it. One that another joined record stands for is left to that.
    """
    core = services.people_rows.read_core(customer_id)
    if core is not None and core.joined:
        return core.joined == target.customer and forget_now(customer_id, target, row, services, now)
    try:
        person = services.people.open_person(customer_id)
    except Exception as fault:  # a record that cannot be read must not end the erasure of another
        log.error("forgotten_unread", extra={"key": customer_id, "fault": type(fault).__name__})
        return leave_to_staff(customer_id, services, now)
    if person is None:
        return False
    if not holds_only(person, set(target.rows), services):
        return leave_to_staff(customer_id, services, now)
    return forget_now(customer_id, target, row, services, now)


def forget_now(customer_id: str, target: ErasureTarget, row: ErasureRow, services: Services, now: datetime) -> bool:
    """Forget one other record, in an erasure of its own, as decided at the same moment."""
    order = ForgetOrder(
        reason=Reason(row.reason),
        request=f"{row.id}.{customer_id}",
        requested_at=datetime.fromisoformat(row.requested_at),
        decided_at=datetime.fromisoformat(target.gone_at),
    )
    return forget_person(customer_id, order, services, now)


def holds_only(person: Person, rows: set[str], services: Services) -> bool:
    """Return whether a record knows e-mail addresses and no other than these, by their index rows.

    A shared phone number is not enough: it may be a family's.
    """
    emails = [name for name in person.profile.identities if name.kind == "email"]
    held = {value.under for value in (*person.profile.fields.values(), *person.profile.withheld.values())} - {""}
    names = {row for name in emails for row in services.people.name_rows(name)}
    named = {row for address in held for row in services.people.name_address(address)}
    return bool(names | named) and (names | named) <= rows


def leave_to_staff(customer_id: str, services: Services, now: datetime) -> bool:
    """Put a record before staff, once."""
    waiting = [row for row in services.requests.list_requests(customer_id) if row.kind == RequestKind.ERASE.value]
    if not waiting:
        row = start_handover(customer_id, RequestKind.ERASE, now, language="", reason="shared address")
        services.table.commit_parts([services.keys.check_key(customer_id), services.requests.write_row(row, now)])
    return False
