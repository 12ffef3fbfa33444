"""`make invite ROLE=owner NAME=...`: prints a link that makes one person a member of staff of the desk, once.

For the first owner, and for an owner who lost every passkey (ID=..., from the member's page or `make audit`). The
holder of the account's credentials may do it. It works on the running local stack or its data at rest; on AWS with
STAGE and the operator's credentials. The audit gets a line.
"""

import argparse
import sys

from chalicelib.desk.signing.invite import check_name, invite_member, read_role
from chalicelib.errors import InvalidSubmissionError
from chalicelib.services import current_services
from chalicelib.store.staff import Role, make_staff_id
from infra.staff.stage import name_actor, open_stage, stage_now

WAYS = {
    "name": "NAME=... is the person's name, of at most 60 characters.",
    "role": f"ROLE=... is one of {', '.join(Role)}.",
}


def invite_person(role: str, name: str, staff_id: str) -> str:
    """Return the link; raise InvalidSubmissionError, and SystemExit for an id that nobody has."""
    services = current_services()
    known = services.staff.read_member(staff_id) if staff_id else None
    if staff_id and known is None:
        raise SystemExit("Nobody at the desk has that id.")
    kept = check_name(name or (known.name if known else ""))
    given = read_role(role)
    return invite_member(services, staff_id or make_staff_id(), kept, given, name_actor(), stage_now())


def main() -> int:
    parser = argparse.ArgumentParser(description="Invite somebody to the desk.")
    parser.add_argument("--role", default="")
    parser.add_argument("--name", default="")
    parser.add_argument("--id", default="")
    asked = parser.parse_args()
    with open_stage():
        try:
            print(invite_person(asked.role or Role.OWNER, asked.name, asked.id))
        except InvalidSubmissionError as refusal:
            print(WAYS[next(iter(refusal.fields))], file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
