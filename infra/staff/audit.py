"""`make audit`: lists each access to a customer's record, by whom and why. It opens no record, and prints ids alone.

MONTH=2026-11 shows another month than this one; EMAIL=... or CUSTOMER=id shows one person's lines.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, utc_text
from chalicelib.people.directory import People
from chalicelib.services import Services, current_services
from chalicelib.store.audit import Access
from infra.staff.stage import name_actor, open_stage, stage_now

CHANGED = "  CHANGED: this line does not say what it said when it was added"
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def note_reading(services: Services, reason: str, customer_id: str, now: datetime) -> None:
    """Note that the operator of this command reads a record. The note comes first: without it no record is shown."""
    services.table.commit_parts([services.audit.write_access(customer_id, name_actor(), reason, now)])


def find_id(people: People, email: str) -> str | None:
    """Return the customer id behind an address."""
    return people.find_customer(Identity(kind="email", value=normalise_email(email)))


def write_accesses(lines: Iterable[Access]) -> str:
    """Return the lines as a table."""
    rows = [
        f"{line.at[:19]}Z  {line.customer:22}  {line.actor:12}  {line.reason}{'' if line.whole else CHANGED}"
        for line in lines
    ]
    return "\n".join([*rows, f"{len(rows)} lines"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Show the access audit.")
    parser.add_argument("--month", default="", help="yyyy-mm; this month where it is not given")
    parser.add_argument("--email", default="")
    parser.add_argument("--customer", default="")
    asked = parser.parse_args()
    if asked.month and not MONTH.fullmatch(asked.month):
        print("MONTH=... is a year and a month, such as MONTH=2026-11.", file=sys.stderr)
        return 2
    with open_stage():
        services = current_services()
        customer = find_id(services.people, asked.email) if asked.email else asked.customer
        if customer is None:
            print("Nobody is known by that address.")
            return 1
        month = asked.month or utc_text(stage_now())[:7]
        print(write_accesses(services.audit.list_accesses(month, customer)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
