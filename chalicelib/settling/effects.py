"""What an event changes beyond the person's own history: the state of a mail, suppression, facts of a campaign.

All of it is written in the settling transaction, so it happens exactly once, like the event itself.
"""

from datetime import datetime
from typing import Any

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, MailState, Order, OrderState, Reading, Submission, utc_text
from chalicelib.people.directory import People, Person
from chalicelib.people.profile import merge_order
from chalicelib.people.restriction import is_restricted
from chalicelib.store.facts import RETURN_WINDOW, Facts, name_order
from chalicelib.store.mails import OPEN, MailRow, MailRows
from chalicelib.store.reputation import MailReputation

PROVES_SENT = {"Send", "Delivery", "Bounce", "Complaint", "Open", "Click", "DeliveryDelay"}
RECEPTION = ("bounced", "complained")  # what counts against our reputation
# Those not known to be sent may yet prove to be: the report counts the returns of those that did.
MEASURED = (MailState.SENT, MailState.HELD_OUT, MailState.INTENT, MailState.UNKNOWN, MailState.PARKED)

Parts = list[dict[str, Any]]


def list_effects(person: Person, submission: Submission, reading: Reading, people: People, now: datetime) -> Parts:
    """Return the further transaction parts of an event."""
    rows, facts = MailRows(people.customers), Facts(people.customers)
    if submission.sender == "ses":
        return note_feedback(person, submission, reading, people, rows, facts)
    if submission.sender == "link":
        return note_visit(submission, reading, facts)
    if reading.orders and person.profile.mails and not is_restricted(person.profile):
        return note_returns(person, submission, reading, people, rows, facts)
    return []


def note_feedback(
    person: Person, submission: Submission, reading: Reading, people: People, rows: MailRows, facts: Facts
) -> Parts:
    """Let SES's word move the mail on, and stop an address that bounced for good or complained."""
    attempt = reading.link.removeprefix("mail:")
    mail = next((one for one in rows.list_mails(person.id) if one.attempt == attempt), None)
    opened = reading.notes
    at = submission.occurred_at
    parts: Parts = []
    if mail is not None:
        proof = prove_sent(person, mail, submission, rows, facts)
        counted = ["sent"] * bool(proof) + [kind for kind in RECEPTION if kind == opened["fact"]]
        parts += proof + [MailReputation(people.customers).count_mail(counted, mail.mail_id, at)] * bool(counted)
        parts.append(facts.write_fact(mail.campaign, str(opened["fact"]), mail.mail_id, at))
    return parts + list_stops(submission, reading, people)


def list_stops(submission: Submission, reading: Reading, people: People) -> Parts:
    """Return the parts that stop every address which bounced for good or complained."""
    opened, rows = reading.notes, MailRows(people.customers)
    parts: Parts = []
    if opened.get("stop"):
        for address in opened.get("addresses", ()):
            name = Identity(kind="email", value=normalise_email(str(address)))
            stops = people.name_rows(name) if name.value else ()
            parts += [rows.write_stop(row, str(opened["stop"]), submission.occurred_at) for row in stops]
    return parts


def prove_sent(person: Person, mail: MailRow, submission: Submission, rows: MailRows, facts: Facts) -> Parts:
    """Return the parts that close an intent whose answer was lost: the event proves that SES took the mail."""
    if submission.topic not in PROVES_SENT or mail.state in (MailState.SENT, MailState.REFUSED):
        return []
    at = submission.occurred_at
    parts = [
        rows.move_mail(person.id, mail, MailState.SENT, mail.attempt, utc_text(at)),
        facts.write_fact(mail.campaign, "sent", mail.mail_id, at),
    ]
    if mail.state not in OPEN:  # parked, or given up after it was taken for not sent
        parts.append(facts.drop_fact(mail.campaign, mail.state.value, mail.mail_id))
    return parts


def note_visit(submission: Submission, reading: Reading, facts: Facts) -> Parts:
    """State a click, an unsubscribe or a change of preferences as a fact of the mail whose link it was."""
    opened = reading.notes
    if not opened.get("campaign") or not opened.get("mail_id"):
        return []
    kind = f"clicked_{opened['by']}" if submission.topic == "click" else submission.topic
    return [facts.write_fact(str(opened["campaign"]), kind, str(opened["mail_id"]), submission.occurred_at)]


def note_returns(
    person: Person, submission: Submission, reading: Reading, people: People, rows: MailRows, facts: Facts
) -> Parts:
    """Attribute orders to mails: by code, or placed within the window after it; also for those held out.

    The order counts as it stands after this word on it, so one that is cancelled later is taken back.
    """
    source = f"{submission.sender}:{submission.shop}"
    held = person.profile.orders
    orders = [merge_order(held.get(f"{source}:{order.id}"), order) for order in reading.orders]
    mails = [mail for mail in rows.list_mails(person.id) if mail.state in MEASURED]
    pairs = [(mail, order) for mail in mails for order in orders if belongs_to(order, mail)]
    secret = people.keys.read_codes() if pairs else b""
    return [write_return(mail, order, name_order(secret, source, order.id), facts) for mail, order in pairs]


def belongs_to(order: Order, mail: MailRow) -> bool:
    """Tell whether an order came of a mail, or may have."""
    mailed = datetime.fromisoformat(mail.at)
    in_window = mailed <= order.placed_at <= mailed + RETURN_WINDOW
    return in_window or bool(mail.code and mail.code in order.codes)


def write_return(mail: MailRow, order: Order, name: str, facts: Facts) -> dict[str, Any]:
    """Return the part that states a return once per mail and order, with what is left after refunds; or drops it."""
    if order.test or order.state is OrderState.CANCELLED:
        return facts.drop_fact(mail.campaign, "returned", mail.mail_id, order=name)
    return facts.write_fact(
        mail.campaign,
        "returned",
        mail.mail_id,
        order.placed_at,
        order=name,
        revenue=str(order.total - sum(order.refunds.values())),
        currency=order.currency or "?",
        by_code="yes" if mail.code and mail.code in order.codes else "no",
    )
