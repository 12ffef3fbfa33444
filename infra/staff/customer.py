"""`make customer EMAIL=...`: print one person's profile and history, and note that it was read.

Works on the running local stack, or on its data at rest; on AWS with STAGE and the operator's credentials.
"""

import argparse
import json
import sys
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import Event, Grade, Profile, SenderName
from chalicelib.models.numbers import write_number
from chalicelib.people.activity import judge_activity
from chalicelib.people.directory import People
from chalicelib.people.person import Person
from chalicelib.people.search import find_people
from chalicelib.senders import read_submission
from chalicelib.services import Services, current_services
from infra.staff.audit import note_reading
from infra.staff.stage import open_stage, stage_now


def find_asked(services: Services, email: str, phone: str, customer_id: str) -> str | None:
    """Return the customer of an id, an address or a number; end the command as `find_person` does."""
    if customer_id:
        return customer_id if services.keys.has_key(customer_id) else None
    return find_person(services, email, phone)


def find_person(services: Services, email: str, phone: str) -> str | None:
    """Return the customer whose record alone holds an address or number; end the command where several do."""
    found = find_people(email or phone, services.people, services.settings.shop_country)
    if len(found) > 1:
        told = [f"{len(found)} records answer to that:", *(f"  {one}" for one in found), "Say which one: ID=..."]
        raise SystemExit("\n".join(told))
    return found[0] if found else None


def find_first(services: Services, email: str) -> str | None:
    """Return the customer whom an address names, or else one whose record holds it."""
    return next(iter(services.people.find_holders(normalise_email(email))), None)


def print_profile(profile: Profile, services: Services, now: datetime) -> None:
    """Print the profile, each field with its source and time."""
    activity = judge_activity(profile, now, services.clock.quiet_days)
    print(f"customer {profile.customer_id}: {profile.events} events; {activity.status}: {activity.reason}")
    for label, moment in (
        ("first seen", profile.first_seen),
        ("last seen", profile.last_seen),
        ("last login", profile.last_login),
        ("last purchase", profile.last_purchase),
    ):
        print(f"  {label:14} {moment.isoformat() if moment else '-'}")
    for name, held in sorted(profile.fields.items()):
        proof = "as typed" if held.grade is Grade.TYPED else held.grade.value
        print(f"  {name:14} {held.value}   [{held.source}, {held.at.date()}, {proof}]")
    for purpose, consent in sorted(profile.consents.items()):
        print(f"  consent {purpose}: {consent.state} {consent.at.isoformat()} by {consent.channel} {consent.network}")
        print(f"      words {consent.words_version or '-'}: {consent.words or 'kept by the sender'}")
    spent = ", ".join(f"{amount} {currency}" for currency, amount in profile.totals.spent.items())
    print(f"  {'purchases':14} {profile.totals.purchases} ({spent or 'nothing spent'})")


def print_orders(person: Person, people: People) -> None:
    """Print every order, by its name."""
    for record in sorted(people.list_orders(person), key=lambda record: record.name):
        order = record.order
        if order is not None:
            items = ", ".join(f"{item.quantity} x {item.title}" for item in order.items)
            print(f"  order {record.name}: {order.state} {order.total} {order.currency} ({items})")


def print_event(event: Event, profile: Profile) -> None:
    """Print one line of the history: of a form with the number that its sender was told, its entry, its withdrawal."""
    submission = event.submission
    reading = read_submission(submission)
    named = reading.withdraws or (event.key if submission.sender == SenderName.FORM else "")
    number = write_number(named) if named else ""
    entry = json.dumps(reading.entry.values, ensure_ascii=False) if reading.entry else ""
    over = profile.withdrawn.get(event.key)
    withdrawn = f"withdrawn {over.date()}" if over else ""
    line = f"{reading.kind:10} {submission.sender}:{submission.topic} ({submission.trust}) {number} {entry} {withdrawn}"
    print(f"  {submission.occurred_at.isoformat()}  {line}".rstrip())


def show_customer(services: Services, customer_id: str, reason: str, now: datetime) -> None:
    """Note the access first, then print: without the note no record is shown."""
    note_reading(services, reason, customer_id, now)
    people = services.people
    person = people.load_person(customer_id)
    print_profile(person.profile, services, now)
    print_orders(person, people)
    print("history")
    for event in people.list_history(person):
        print_event(event, person.profile)


def main() -> int:
    parser = argparse.ArgumentParser(description="Print one person's profile and history.")
    parser.add_argument("--email", default="")
    parser.add_argument("--phone", default="")
    parser.add_argument("--id", default="", help="the customer id, as `make join` prints it")
    parser.add_argument("--reason", default="asked at the counter", help="kept in the access audit")
    asked = parser.parse_args()
    if not (asked.email or asked.phone or asked.id):
        print("Say whom: EMAIL=asha.rao@example.com, PHONE=+12025550123 or ID=...", file=sys.stderr)
        return 2
    services = current_services()
    customer_id = find_asked(services, asked.email, asked.phone, asked.id)
    if customer_id is None:
        print("Nobody is known by that address.")
        return 1
    show_customer(services, customer_id, asked.reason, stage_now())
    return 0


if __name__ == "__main__":
    with open_stage():
        sys.exit(main())
