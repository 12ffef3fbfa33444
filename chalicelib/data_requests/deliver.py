"""The delivery of a package: made, sealed for the result's token, stored where the door reads it, announced last.

    names of its rows noted -> rows written -> one transaction: link, request done, audit, customer not forgotten

A run after a crash starts over, on the same rows. The transaction fails for a customer who was forgotten meanwhile, and
the rows are deleted.
"""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.data_requests.files import write_files
from chalicelib.data_requests.package import name_parts, pack_files, seal_package
from chalicelib.data_requests.record import gather_own, join_sections
from chalicelib.data_requests.rows import end_unproven, move_row
from chalicelib.errors import RaceLostError, TooLargeError
from chalicelib.models import utc_text
from chalicelib.people.mailboxes import may_prove
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.shop.brand import name_shop
from chalicelib.shop.periods import KEEP_PACKAGE
from chalicelib.store.links import Link, LinkKind
from chalicelib.store.requests import BY_PERSON, RequestRow, RequestState

log = logging.getLogger(__name__)

# A package takes some 17 KB of memory an event while it is made (measured): 85 MB. Staff export what is longer.
MOST_EVENTS = 5_000


def deliver_package(row: RequestRow, person: Person, services: Services, now: datetime) -> str:
    """Make the package of a confirmed request; return where the request went."""
    mailbox = row.open_address(person.seal)  # the one that proved the request
    if not may_prove(row, mailbox, services.people):
        return end_unproven(row, services, now)
    if person.profile.events > MOST_EVENTS:  # told before anything is read: one long history holds up nobody else
        return move_row(row, RequestState.OVERSIZE, row.answer_by, services, now, "too large")
    token = person.seal.open_record(row.record_id, "result", row.result).decode()
    packed = make_package(person, mailbox, services, row.language, now)
    try:
        parts = seal_package(token, packed)
    except TooLargeError:
        log.error("package_too_large", extra={"key": row.id})
        return move_row(row, RequestState.OVERSIZE, row.answer_by, services, now, "too large")
    names = name_parts(token, len(parts))
    noted = replace(row, links=tuple(dict.fromkeys([*row.links, *names])))
    services.table.commit_parts([services.requests.write_row(noted, now)])
    until = now + KEEP_PACKAGE
    for name, part in zip(names, parts, strict=True):
        services.links.put_part(name, part, until)
    link = Link(kind=LinkKind.RESULT, language=row.language, request=row.kind, parts=len(parts), expires_at=until)
    try:
        announce_package(replace(noted, version=row.version + 1), token, link, services, now)
    except RaceLostError:
        if not services.keys.has_key(row.customer_id):
            services.links.delete_rows(names)
        raise
    return RequestState.DONE.value


def make_package(person: Person, mailbox: str, services: Services, language: str, now: datetime) -> bytes:
    """Return as a zip everything that is held under a proven mailbox, in this record and in any other."""
    records = [gather_own(person, mailbox, services, now)]
    for customer_id in services.people.find_holders(mailbox):
        other = services.people.open_person(customer_id) if customer_id != person.id else None
        if other is not None:
            records.append(gather_own(other, mailbox, services, now))
    sections = join_sections(records) if len(records) > 1 else records[0]
    spoken = language or services.settings.shop_language
    return pack_files(write_files(sections, language=spoken, shop=name_shop(services.settings, spoken), now=now), now)


def announce_package(row: RequestRow, token: str, link: Link, services: Services, now: datetime) -> None:
    """Write the link that shows the package at the door, and delete the sealed token of the result."""
    done = replace(row, state=RequestState.DONE, due_at=utc_text(now), result=b"")
    services.table.commit_parts(
        [
            services.links.write_link(token, link),
            services.requests.write_row(done, now),
            services.keys.check_key(row.customer_id),
            services.audit.write_access(row.customer_id, BY_PERSON, "package made", now),
        ]
    )
