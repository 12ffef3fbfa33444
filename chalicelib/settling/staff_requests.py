"""A request about a customer's data that staff write down for the customer: it waits for its proof like any other.

The mail with the link and the code goes to the customer's mailbox, or for a new address there; staff see neither.
"""

from datetime import datetime

from chalicelib.models import RequestKind
from chalicelib.people.mailboxes import may_prove
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.settling.data_requests import join_request
from chalicelib.store.requests import make_request
from chalicelib.store.table import Part


def ask_person(
    person: Person, kind: RequestKind, address: str, services: Services, now: datetime, *, language: str
) -> list[Part] | None:
    """Return the parts that note a request to be proven at an address; None for an address that may not prove it.

    One that still waits for its mail answers for both. The mails count under the caps of the address.
    """
    new = make_request(person.id, kind, now, language=language, network="").seal_address(person.seal, address)
    if not may_prove(new, address, services.people):
        return None
    waiting = services.requests.list_waiting(new, person.seal)
    row = join_request(waiting[0], new) if waiting else new
    written = [] if row in waiting else [services.requests.write_row(row, now)]
    return [services.keys.check_key(person.id), *written]
