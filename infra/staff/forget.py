"""`make forget EMAIL=...`: forget a person who asked in the shop or on the phone; prints the receipt.

Works on the running local stack, or on its data at rest; on AWS with STAGE and the names of
its keys in the environment.
"""

import argparse
import sys
from datetime import datetime

from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person, make_request
from chalicelib.erasure.run import advance_erasure, advance_erasures
from chalicelib.services import Services, current_services
from infra.staff.audit import note_reading
from infra.staff.customer import find_person
from infra.staff.stage import open_stage, stage_now


def forget_now(customer_id: str, reason: str, services: Services, now: datetime) -> str:
    """Forget a person and finish it at once; return the receipt, or "" where the erasure goes on in the next minute."""
    order = ForgetOrder(reason=Reason.STAFF, request=make_request(), requested_at=now)
    note_reading(services, f"forgot: {reason}", customer_id, now)
    forget_person(customer_id, order, services, now)
    row = services.erasures.read_row(order.request)
    if row is not None:
        advance_erasure(row, services, now)
        advance_erasures(services, now)  # of the other records of the address
        row = services.erasures.read_row(order.request)
    return row.receipt if row is not None else ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Forget somebody who asked for it.")
    parser.add_argument("--email", default="")
    parser.add_argument("--phone", default="")
    parser.add_argument("--reason", default="asked in person")
    asked = parser.parse_args()
    if not (asked.email or asked.phone):
        print("Say whom: EMAIL=asha.rao@example.com or PHONE=+12025550123", file=sys.stderr)
        return 2
    with open_stage():
        services = current_services()
        customer_id = find_person(services, asked.email, asked.phone)
        if customer_id is None:
            print("Nobody is known under that address.", file=sys.stderr)
            return 1
        print(forget_now(customer_id, asked.reason, services, stage_now()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
