"""`make forget EMAIL=...`: forget a person who asked in the shop or on the phone; prints the receipt in words.

The receipt is also written to out/receipts/<number>/: as a page to hand over, as it was signed, and its signature.

Works on the running local stack, or on its data at rest; on AWS with STAGE and the operator's credentials.
"""

import argparse
import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path

from chalicelib.config import Settings
from chalicelib.erasure.forget import ForgetOrder, Reason, forget_person, make_request
from chalicelib.erasure.receipts import publish_receipt
from chalicelib.erasure.run import advance_erasure, advance_erasures
from chalicelib.pages.context import PageContext
from chalicelib.pages.receipt import show_receipt
from chalicelib.pages.request_pages import find_request_words, render_receipt
from chalicelib.services import Services, current_services
from chalicelib.store.erasures import ErasureRow
from chalicelib.strictjson import parse_object
from chalicelib.words import FALLBACK, list_languages
from infra.places import ROOT, show_path
from infra.staff.audit import note_reading
from infra.staff.customer import find_asked
from infra.staff.export import write_file
from infra.staff.stage import open_stage, stage_now

FOLDER = ROOT / "out" / "receipts"


def note_forgetting(customer_id: str, reason: str, services: Services, now: datetime) -> str:
    """Note who forgets a person; return the language that the person reads, or ""."""
    note_reading(services, f"forgot: {reason}", customer_id, now)
    person = services.people.open_person(customer_id)
    return person.profile.text("language") if person is not None else ""


def forget_now(customer_id: str, services: Services, now: datetime) -> ErasureRow | None:
    """Forget a person and finish it at once; return the erasure, None where it goes on in the next minute."""
    order = ForgetOrder(reason=Reason.STAFF, request=make_request(), requested_at=now)
    forget_person(customer_id, order, services, now)
    row = services.erasures.read_row(order.request)
    if row is not None:
        advance_erasure(row, services, now)
        advance_erasures(services, now)  # of the other records of the address
        row = services.erasures.read_row(order.request)
    return row if row is not None and row.receipt else None


def write_receipt(row: ErasureRow) -> str:
    """Return a receipt in words, for staff."""
    words = find_request_words("en").receipt
    view = show_receipt(row.receipt, words, "en")
    parts = (("", view.marks), (words.when, view.times), (words.counts, view.counts), (words.copies, view.copies))
    shown = [(title, [f"  {name}: {said}" for name, said in pairs]) for title, pairs in parts if pairs]
    lines = [line for title, told in shown for line in (title, *told) if line]
    return "\n".join([*lines, words.stays, *(f"  {kept}" for kept in view.stays)]).replace("\xa0", " ")


def save_receipt(row: ErasureRow, language: str, settings: Settings, now: datetime, folder: Path = FOLDER) -> Path:
    """Write the receipt as a page, as it was signed, and its signature; return the path of the page."""
    link = publish_receipt(row, now)
    spoken = next(each for each in (language, settings.shop_language, FALLBACK) if each in list_languages())
    site = settings.public_url.rstrip("/")
    page = render_receipt(PageContext(spoken, settings.shop_name, settings.shop_url, site, "."), link, saved=True)
    own = folder / str(parse_object(row.receipt.encode())["receipt"])
    write_file(own / "receipt.json", link.receipt.encode())
    write_file(own / "receipt.sig", b64decode(link.signature))
    return write_file(own / "receipt.html", page.encode())


def main() -> int:
    parser = argparse.ArgumentParser(description="Forget somebody who asked for it.")
    parser.add_argument("--email", default="")
    parser.add_argument("--phone", default="")
    parser.add_argument("--id", default="", help="the customer id, where several records answer")
    parser.add_argument("--reason", default="asked in person")
    asked = parser.parse_args()
    if not (asked.email or asked.phone or asked.id):
        print("Say whom: EMAIL=asha.rao@example.com, PHONE=+12025550123 or ID=...", file=sys.stderr)
        return 2
    with open_stage():
        services = current_services()
        customer_id = find_asked(services, asked.email, asked.phone, asked.id)
        if customer_id is None:
            print("Nobody is known under that address.", file=sys.stderr)
            return 1
        language = note_forgetting(customer_id, asked.reason, services, stage_now())
        row = forget_now(customer_id, services, stage_now())
        if row is None:
            print(
                "Forgotten: nothing can be read any more. The rest is deleted within minutes; no receipt is made yet."
            )
            return 0
        print(write_receipt(row))
        print(f"The page: {show_path(save_receipt(row, language, services.settings, stage_now()))}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
