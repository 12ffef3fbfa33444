"""What an event changes beyond the person's own history: the state of a mail, suppression, facts of a campaign.

All of it is written in the settling transaction, so it happens exactly once, like the event itself.
"""

from datetime import datetime

from chalicelib.models import Entry, MailState, Order, OrderState, Reading, Submission, utc_text
from chalicelib.models.numbers import read_number, write_number
from chalicelib.people.entries import list_meant
from chalicelib.people.orders import merge_order
from chalicelib.people.person import Person
from chalicelib.people.restriction import is_restricted
from chalicelib.senders.discounts import DISCOUNTS
from chalicelib.services import Services
from chalicelib.settling.redemption import redeem_codes
from chalicelib.settling.stops import note_stops
from chalicelib.shop.periods import KEEP_LINKS
from chalicelib.store.facts import RETURN_WINDOW, Facts, name_order
from chalicelib.store.links import OVER, SHIPPED, WITHDRAWN, name_over
from chalicelib.store.mails import OPEN, MailRow
from chalicelib.store.table import Part

PROVES_SENT = {"Send", "Delivery", "Bounce", "Complaint", "Open", "Click", "DeliveryDelay"}
# A later event may still prove these mails sent: the report then counts their returns.
MEASURED = (MailState.SENT, MailState.HELD_OUT, MailState.INTENT, MailState.UNKNOWN, MailState.PARKED)

Parts = list[Part]


def list_effects(person: Person, submission: Submission, reading: Reading, services: Services, now: datetime) -> Parts:
    """Return the parts of an event beyond the history."""
    if submission.sender == "ses":
        return note_feedback(person, submission, reading, services)
    if submission.sender == "link":
        return [
            *note_visit(submission, reading, services.facts),
            *close_withdrawn(person, reading, services, now),
        ]
    if submission.sender == "import":
        stops = note_stops(reading, submission.occurred_at, services)
        return [*stops, *note_orders(person, submission, reading, services, now)]
    if reading.entry and reading.entry.kind == "pre-order-shipped":
        return [*close_shipped(person, reading.entry, services, now), *end_handover(person, reading.entry, services)]
    return note_orders(person, submission, reading, services, now)


def note_orders(person: Person, submission: Submission, reading: Reading, services: Services, now: datetime) -> Parts:
    """Return the parts of the codes that orders used, and of the mails that they followed."""
    if not reading.orders:
        return []
    redeemed = redeem_codes(submission, reading, services, now)
    measured = person.profile.mails and not is_restricted(person.profile)
    return [*redeemed, *(note_returns(person, submission, reading, services) if measured else [])]


def close_withdrawn(person: Person, reading: Reading, services: Services, now: datetime) -> Parts:
    """Return the parts by which no link withdraws an entry again; the link itself is closed whatever its mail's row."""
    if not reading.withdraws:
        return []
    names = {name_over(reading.link), *list_entry_links(person, {reading.withdraws}, services)}
    return [services.links.close_entry(name, WITHDRAWN, now + KEEP_LINKS) for name in sorted(names)]


def close_shipped(person: Person, entry: Entry, services: Services, now: datetime) -> Parts:
    """Return the parts by which a pre-order that was shipped cannot be withdrawn; without its number, none can."""
    number = read_number(str(entry.values.get("number", "")))
    known = person.profile.marks.items()
    keys = {key for key, mark in known if mark.kind == "pre-order" and key not in person.profile.withdrawn}
    meant = {key for key in keys if not number or write_number(key) == number}
    names = list_entry_links(person, meant, services)
    return [services.links.close_entry(name, SHIPPED, now + KEEP_LINKS) for name in names]


def end_handover(person: Person, entry: Entry, services: Services) -> Parts:
    """Return the parts by which a pre-order that was shipped by its number is no longer to be handed over."""
    meant = list_meant(entry, person.profile.marks)
    return services.handovers.end_waiting(person.id, map(person.name_entry, meant))


def list_entry_links(person: Person, keys: set[str], services: Services) -> list[str]:
    """Return the names of the rows that close the links of entries, for the latest mails that confirmed them."""
    mails = services.mails.read_mails(person.id, person.profile.mails) if keys else []
    return [name for mail in mails if mail.entry in keys for name in mail.links if name.endswith(OVER)]


def note_feedback(person: Person, submission: Submission, reading: Reading, services: Services) -> Parts:
    """Return the parts that move a mail's state on by an SES event, and those about the address that it went to."""
    attempt = reading.link.removeprefix("mail:")
    mail = find_mail(person, attempt, services)
    stops = note_reception(submission, reading, services)
    if mail is None:
        return stops
    fact, at = str(reading.notes["fact"]), submission.occurred_at
    proof = prove_sent(person, mail, submission, services)
    counted = ["sent"] * bool(proof) + list_harm(reading)
    reputation = services.ask_reputation if mail.entry else services.reputation
    counts = [reputation.count_mail(counted, mail.mail_id, at)] if counted else []
    return [*proof, *counts, services.facts.write_fact(mail.campaign, fact, mail.mail_id, at), *stops]


def find_mail(person: Person, attempt: str, services: Services) -> MailRow | None:
    """Return the mail of an attempt: one of the latest as a rule, or else any."""
    latest = services.mails.read_mails(person.id, person.profile.mails)
    found = next((mail for mail in latest if mail.attempt == attempt), None)
    return found or next((mail for mail in services.mails.list_mails(person.id) if mail.attempt == attempt), None)


def note_reception(submission: Submission, reading: Reading, services: Services) -> Parts:
    """Return the parts about the address that an attempt was mailed to, whatever address the event names.

    They are a stop, a counted soft bounce, or the end of that count; none for an attempt that is not known.
    """
    reason, fact, at = str(reading.notes["stop"]), reading.notes["fact"], submission.occurred_at
    if not reason and fact not in ("bounced_soft", "delivered"):
        return []
    stops, rows = services.suppressions, services.people.find_mailed(reading.link)
    if reason:
        return [stops.write_stop(row, reason, at) for row in rows]
    count = stops.count_soft if fact == "bounced_soft" else stops.count_delivery
    return [part for row in rows for part in count(row, at)]


def list_harm(reading: Reading) -> list[str]:
    """Return what an event counts in the reputation of our mail: `bounced`, `complained` or nothing."""
    return [str(reading.notes["harm"])] if reading.notes["harm"] else []


def prove_sent(person: Person, mail: MailRow, submission: Submission, services: Services) -> Parts:
    """Return the parts that close an intent whose answer was lost: the event proves that SES took the mail."""
    if submission.topic not in PROVES_SENT or mail.state in (MailState.SENT, MailState.REFUSED):
        return []
    at, facts = submission.occurred_at, services.facts
    parts = [
        services.mails.move_mail(person.id, mail, MailState.SENT, mail.attempt, utc_text(at)),
        facts.write_fact(mail.campaign, "sent", mail.mail_id, at),
    ]
    if mail.state not in OPEN:  # parked, or closed as not sent
        parts.append(facts.drop_fact(mail.campaign, mail.state.value, mail.mail_id))
    return parts


def note_visit(submission: Submission, reading: Reading, facts: Facts) -> Parts:
    """Return the part that writes a click, an unsubscribe or new preferences as a fact of the link's mail."""
    notes = reading.notes
    if not notes.get("campaign") or not notes.get("mail_id"):
        return []
    kind = f"clicked_{notes['by']}" if submission.topic == "click" else submission.topic
    return [facts.write_fact(str(notes["campaign"]), kind, str(notes["mail_id"]), submission.occurred_at)]


def note_returns(person: Person, submission: Submission, reading: Reading, services: Services) -> Parts:
    """Return the parts that attribute orders to mails: by code, or placed within the window after the mail.

    Orders of customers who were held out are attributed too. An order counts in its state after this event, so an order
    that is cancelled later is taken back.
    """
    source = f"{submission.sender}:{submission.shop}"
    held = {name: record.order for name, record in person.record.orders.items() if record.order}
    merged: dict[str, Order] = {}  # by id: a submission may name an order twice, and its return is one row
    for order in reading.orders:
        merged[order.id] = merge_order(merged.get(order.id) or held.get(f"{source}:{order.id}"), order)
    orders = list(merged.values())
    mails = [mail for mail in services.mails.read_mails(person.id, person.profile.mails) if mail.state in MEASURED]
    pairs = [(mail, order) for mail in mails for order in orders if belongs_to(order, mail)]
    secret = services.code_secret if pairs else b""
    return [
        write_return(mail, order, name_order(secret, source, order.id), read_taken(reading, mail), services.facts)
        for mail, order in pairs
    ]


def read_taken(reading: Reading, mail: MailRow) -> dict[str, str]:
    """Return what a mail's code took off, where the shop tells it."""
    told = reading.notes.get(DISCOUNTS)
    return {"taken": str(told[mail.code])} if isinstance(told, dict) and mail.code in told else {}


def belongs_to(order: Order, mail: MailRow) -> bool:
    """Return whether an order is a return of a mail: by its code, or by its time."""
    mailed = datetime.fromisoformat(mail.at)
    in_window = mailed <= order.placed_at <= mailed + RETURN_WINDOW
    return in_window or has_code(order, mail)


def has_code(order: Order, mail: MailRow) -> bool:
    """Return whether an order used a mail's code; WooCommerce tells codes in lower case."""
    return bool(mail.code) and mail.code in {code.upper() for code in order.codes}


def write_return(mail: MailRow, order: Order, name: str, taken: dict[str, str], facts: Facts) -> Part:
    """Return the part that writes a return once per mail and order, less refunds, or deletes it."""
    if order.test or order.state in (OrderState.CANCELLED, OrderState.UNPAID, OrderState.MOVED):
        return facts.drop_fact(mail.campaign, "returned", mail.mail_id, order=name)
    return facts.write_fact(
        mail.campaign,
        "returned",
        mail.mail_id,
        order.placed_at,
        order=name,
        revenue=str(order.total - sum(order.refunds.values())),
        currency=order.currency or "?",
        by_code="yes" if has_code(order, mail) else "no",
        **taken,
    )
