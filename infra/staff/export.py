"""`make export EMAIL=... [OUT=folder]`: write everything held of one person to files, and note that it was done.

The same files that a person gets by link: for a person who asks at the counter or on the phone, or who gets no mail,
and for a shop system's data request. Staff must make sure to hand them to the right person.
"""

import argparse
import secrets
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from chalicelib.data_requests.export import export_files
from chalicelib.data_requests.files import PAGE
from chalicelib.models import RequestKind
from chalicelib.services import Services, current_services
from infra.places import show_path
from infra.staff.audit import note_reading
from infra.staff.customer import find_asked
from infra.staff.requests import close_requests
from infra.staff.stage import open_stage, stage_now


def export_person(customer_id: str, folder: Path, services: Services, *, reason: str, now: datetime) -> list[Path]:
    """Note the export first, then write the files; return their paths. Without the note no file is written."""
    person = services.people.load_person(customer_id)

    def note(opened: Iterable[str]) -> None:
        for each in opened:
            note_reading(services, reason, each, now)

    files = export_files(person, services, now, note)
    paths = [write_file(folder / name, content) for name, content in files.items()]
    asked = [row for row in services.requests.list_requests(customer_id) if row.kind == RequestKind.ACCESS]
    close_requests(asked, services, now)
    return paths


def write_file(path: Path, content: bytes) -> Path:
    """Write a file that only its owner may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description="Write everything held of one person to files.")
    parser.add_argument("--email", default="")
    parser.add_argument("--phone", default="")
    parser.add_argument("--id", default="", help="the customer id, where several records answer")
    parser.add_argument("--out", default="", help="a folder; out/exports/<random id> by default")
    parser.add_argument("--reason", default="export", help="kept in the access audit")
    asked = parser.parse_args()
    if not (asked.email or asked.phone or asked.id):
        print("Say whom: EMAIL=asha.rao@example.com, PHONE=+12025550123 or ID=...", file=sys.stderr)
        return 2
    services = current_services()
    customer_id = find_asked(services, asked.email, asked.phone, asked.id)
    if customer_id is None:
        print("Nobody is known by that address.")
        return 1
    folder = Path(asked.out) if asked.out else Path("out") / "exports" / secrets.token_hex(4)
    paths = export_person(customer_id, folder, services, reason=asked.reason, now=stage_now())
    print(f"{len(paths)} files; to read: {show_path(folder / PAGE)}")
    return 0


if __name__ == "__main__":
    with open_stage():
        sys.exit(main())
