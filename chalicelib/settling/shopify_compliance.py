"""Shopify's compliance webhooks, from the settling side: https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance

    customers/redact        the customer is forgotten as at their own request; where none is found, that is recorded,
                            and the names are blocked all the same
    customers/data_request  staff hand the person's data to the shop within 30 days (`make requests`, `make export`)
    shop/redact             48 hours after the app was removed: every customer of that shop is forgotten

The body is signed and its topic is not, so each body must have the shape of its topic (`senders.shopify.shapes`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from chalicelib.erasure.forget import ForgetOrder, Reason, find_held, write_forgetting, write_nothing_held
from chalicelib.errors import UnreadableError
from chalicelib.models import Identity, RequestKind
from chalicelib.people.person import Person
from chalicelib.services import Services
from chalicelib.settling.history import OpenedItem
from chalicelib.settling.match import IdentityMatch, is_stranger, look_up, name_claims, took_effect_before
from chalicelib.store.inbox import State
from chalicelib.store.requests import start_handover
from chalicelib.store.shop_erasures import start_shop_erasure
from chalicelib.store.table import Part

ACTOR = "shopify"  # in the audit
Parts = list[Part]


def settle_compliance(opened: OpenedItem, services: Services, now: datetime) -> State:
    """Settle a compliance request, once; raise UnreadableError for another topic."""
    act = ACTS.get(opened.submission.topic)
    if act is None:
        raise UnreadableError(f"compliance: {opened.submission.topic}")
    claims, key = name_claims(opened.submission), opened.item.key
    match = look_up(opened.submission, opened.reading, claims, services)
    known = took_effect_before(claims, match, key)
    services.table.commit_parts(
        [
            services.inbox.write_tombstone(key, State.DUPLICATE if known else State.SETTLED, now),
            *([] if known else act(opened, match, services, now)),
            *([] if known else [services.identities.write_owner(claim, key) for claim in claims]),
        ]
    )
    return State.DUPLICATE if known else State.SETTLED


def redact_customer(opened: OpenedItem, match: IdentityMatch, services: Services, now: datetime) -> Parts:
    """Return the parts that forget the customer and block every name and order of the request."""
    names = (*match.names, *list_orders(opened))
    asked_at = opened.submission.received_at
    order = ForgetOrder(reason=Reason.SHOPIFY, request=opened.item.key, requested_at=asked_at, decided_at=asked_at)
    at = max(now, asked_at)  # the stream's clock is a whole second, and may lie before it
    customer_id = find_holder_id(match, services)
    held = find_held(customer_id, services) if customer_id else None
    if held is None:
        note = note_request(opened, "", "nothing held", services, now)
        return [note, *write_nothing_held(names, order, services, at)]
    note = note_request(opened, held.customer_id, "forgotten", services, now)
    return [note, *write_forgetting(held, order, services, at, more=names)]


def request_data(opened: OpenedItem, match: IdentityMatch, services: Services, now: datetime) -> Parts:
    """Return the parts that queue the request for staff, with its deadline; where no customer is found, only a note."""
    person = find_subject(match, services)
    if person is None:
        return [note_request(opened, "", "nothing held", services, now)]
    at = opened.submission.received_at
    row = start_handover(person.id, RequestKind.ACCESS, at, language=read_language(person))
    note = note_request(opened, person.id, "to be handed to the shop", services, now)
    return [note, services.keys.check_key(person.id), services.requests.write_row(row, now)]


def redact_shop(opened: OpenedItem, match: IdentityMatch, services: Services, now: datetime) -> Parts:
    """Return the parts that start the erasure of every customer of the shop."""
    shop, at = opened.submission.shop, opened.submission.received_at
    row = start_shop_erasure(opened.item.key, f"{opened.submission.sender}:{shop}", at)
    return [note_request(opened, "", "forgetting begins", services, now), services.shop_erasures.write_row(row)]


def find_holder_id(match: IdentityMatch, services: Services) -> str | None:
    """Return the customer to forget: the holder of the sender's id needs no opening, and so can always be forgotten."""
    account = match.find_name("id")
    holder = match.find_holder(account) if account is not None else None
    if holder is not None:
        return holder
    person = find_subject(match, services)
    return person.id if person else None


def find_subject(match: IdentityMatch, services: Services) -> Person | None:
    """Return the customer of the deciding names, or None: none found, or the shop knows them under another id."""
    for name in match.deciding:
        holder = match.find_holder(name)
        person = services.people.load_person(holder) if holder else None
        if person is not None and not is_stranger(match.names, person.profile):
            return person
    return None


def list_orders(opened: OpenedItem) -> tuple[Identity, ...]:
    entry, source = opened.reading.entry, f"{opened.submission.sender}:{opened.submission.shop}"
    orders = entry.values.get("orders", []) if entry else []
    return tuple(Identity(kind="order", value=f"{source}:{order}") for order in orders)


def read_language(person: Person) -> str:
    """Return the language of a person's package, or "" where none is known."""
    return person.profile.text("language")


def note_request(opened: OpenedItem, customer_id: str, outcome: str, services: Services, now: datetime) -> Part:
    """Return the part that notes the request and its outcome in the audit."""
    reason = f"{opened.submission.topic}: {outcome}"
    return services.audit.write_access(customer_id, ACTOR, reason, now)


ACTS: Mapping[str, Callable[[OpenedItem, IdentityMatch, Services, datetime], Parts]] = {
    "customers/redact": redact_customer,
    "customers/data_request": request_data,
    "shop/redact": redact_shop,
}
