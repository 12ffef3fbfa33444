"""`make lift-stop EMAIL=...`: let an address get mails again whose stop was a mistake.

A stop because the person complained, or wished for no advertising, is lifted only with a reason (WHY=...), which the
access audit keeps. The count of soft bounces begins anew.
"""

import argparse
import sys
from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.errors import RaceLostError
from chalicelib.models import Identity
from chalicelib.services import Services, current_services
from chalicelib.shop.stops import StopReason
from infra.staff.customer import find_first
from infra.staff.stage import name_actor, open_stage, stage_now

BY_PERSON = {StopReason.COMPLAINED, StopReason.WISH}  # the person themself asked for the end of advertising
SES_LIST = "SES may have a stop of its own: see `aws sesv2 get-suppressed-destination help`."


def name_address(email: str, services: Services) -> tuple[str, ...]:
    """Return the index rows of an address, none for what is no address."""
    address = normalise_email(email)
    return services.people.name_rows(Identity(kind="email", value=address)) if address else ()


def lift_address(email: str, services: Services, *, why: str, now: datetime) -> tuple[int, str]:
    """Lift every stop of an address and note it in one transaction; return the command's exit code and its answer.

    Raise RaceLostError where a stop changed meanwhile.
    """
    rows, stops = name_address(email, services), services.suppressions
    held = stops.list_stops(rows, consistent=True)
    lifts = [part for row in rows for part in stops.lift_stop(row)]
    if not lifts:
        return 1, "No stop is held of that address."
    if BY_PERSON & held.keys() and not why:
        return 1, f"Not lifted: the stop is the person's own ({', '.join(sorted(held))}). Say WHY=... to lift it."
    reasons = ", ".join(sorted(held)) or "soft bounces counted so far"
    noted = f"stop lifted: {reasons}" + f"; {why}" * bool(why)
    customer = find_first(services, email) or ""
    services.table.commit_parts([services.audit.write_access(customer, name_actor(), noted, now), *lifts])
    lines = [f"{reason}, since {at[:10]}" for reason, at in sorted(held.items())] or [reasons]
    return 0, "\n".join([*(f"Lifted: {line}" for line in lines), SES_LIST])


def main() -> int:
    """Lift the stops of one address."""
    parser = argparse.ArgumentParser(description="Let an address get mails again.")
    parser.add_argument("email")
    parser.add_argument("--why", default="", help="kept in the access audit")
    asked = parser.parse_args()
    if not asked.email:
        print("Say which address: EMAIL=asha.rao@example.com", file=sys.stderr)
        return 2
    try:
        code, answer = lift_address(asked.email, current_services(), why=asked.why.strip(), now=stage_now())
    except RaceLostError:
        code, answer = 1, "The stop changed meanwhile: run the command again."
    print(answer)
    return code


if __name__ == "__main__":
    with open_stage():
        sys.exit(main())
