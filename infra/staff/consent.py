"""`make consent EMAIL=...`: the proof of a person's consents and withdrawals, in the words that they saw.

Prints it, writes it as a page to out/consents/ that goes well on paper, and notes in the access audit that it was read.
Works on the running local stack, or on its data at rest; on AWS with STAGE and the operator's credentials.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.config import current_settings
from chalicelib.models import Consent
from chalicelib.people.consent_proof import PurposeLedger, list_ledgers
from chalicelib.services import Services, current_services
from chalicelib.shop.brand import name_shop
from chalicelib.shop.purposes import load_purposes
from infra.places import ROOT, show_path
from infra.staff.audit import note_reading
from infra.staff.customer import find_first
from infra.staff.stage import open_stage, stage_now

FOLDER = ROOT / "out" / "consents"
TEMPLATE = "consent_page.html.jinja"
KEPT_ELSEWHERE = "(the sender that asked keeps its words)"
PRESSED = "(a button was pressed: a no needs no words)"
BUTTONS = ("link", "privacy")  # our channels in which a withdrawal has no words of its own


def read_ledgers(services: Services, customer_id: str, reason: str, now: datetime) -> tuple[PurposeLedger, ...]:
    """Note the access first, then read: without the note no record is read."""
    note_reading(services, reason, customer_id, now)
    people = services.people
    return list_ledgers(people.list_history(people.load_person(customer_id)))


def name_purpose(purpose: str) -> str:
    """Return the title of a purpose, with its legal basis."""
    found = load_purposes().purposes.get(purpose)
    return f"{found.title['en']} (basis: {found.basis})" if found else purpose


def happened_at(moment: datetime) -> str:
    """Write a moment in UTC, to the second."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def write_consent(consent: Consent) -> str:
    """Write one statement in a line."""
    proof = "proven" if consent.is_proven else "as typed"
    network = f", network {consent.network}" if consent.network else ""
    return f"{happened_at(consent.at)}  {consent.state.value:9}  {consent.channel}, {proof}{network}"


def explain_silence(consent: Consent) -> str:
    """Return why a statement has no words."""
    return PRESSED if consent.channel in BUTTONS else KEPT_ELSEWHERE


def write_evidence(consent: Consent) -> str:
    """Return the evidence of a statement in words, or ""."""
    known = (
        ("words of version", consent.words_version),
        ("language", consent.language),
        ("network", consent.network),
        ("written down by", consent.staff),
        ("script of version", consent.script),
    )
    evidence = ", ".join(f"{name} {value}" for name, value in known if value)
    return f"{evidence[0].upper()}{evidence[1:]}. " if evidence else ""


def write_ledger(ledger: PurposeLedger) -> Iterator[str]:
    """Yield the lines of one purpose, the statement that counts marked."""
    yield name_purpose(ledger.purpose)
    yield f"  now: {ledger.current.state.value if ledger.current else 'nothing'}. {ledger.why}"
    for statement in ledger.statements:
        consent = statement.consent
        yield f"  {'*' if consent == ledger.current else ' '} {write_consent(consent)}"
        words = f"“{consent.words}”" if consent.words else explain_silence(consent)
        version = [f"version {consent.words_version}"] if consent.words_version else []
        taken = [f"written down by {consent.staff}"] if consent.staff else []
        taken += [f"script {consent.script}"] if consent.script else []
        known = ", ".join([*version, *([consent.language] if consent.language else []), *taken])
        yield f"      {words}" + (f" [{known}]" if known else "")
        yield f"      reached us {happened_at(statement.received_at)} by {statement.source}"


def write_proof(email: str, ledgers: Iterable[PurposeLedger]) -> str:
    """Write the whole proof as text."""
    lines = [line for ledger in ledgers for line in (*write_ledger(ledger), "")]
    return "\n".join([f"Consents of {email}", "", *(lines or ["Nothing was ever asked of them, or told.", ""])])


def write_page(email: str, customer_id: str, ledgers: tuple[PurposeLedger, ...], now: datetime) -> str:
    """Return the proof as a page that loads no other file."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": happened_at, "purpose": name_purpose}
    environment.filters |= {"evidence": write_evidence, "silence": explain_silence}
    return environment.get_template(TEMPLATE).render(
        email=email,
        customer_id=customer_id,
        ledgers=ledgers,
        now=now,
        shop=name_shop(current_settings()),
    )


def save_page(page: str, customer_id: str, folder: Path = FOLDER) -> Path:
    """Write the page, readable by its owner alone; return where. Its name says nothing of the person."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{customer_id}.html"
    path.touch(mode=0o600)
    path.write_text(page, "utf-8")
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description="Prove what somebody agreed to.")
    parser.add_argument("email")
    parser.add_argument("--reason", default="proof of consent", help="kept in the access audit")
    asked = parser.parse_args()
    if not asked.email:
        print("Say whom: EMAIL=asha.rao@example.com", file=sys.stderr)
        return 2
    services, now = current_services(), stage_now()
    customer_id = find_first(services, asked.email)
    if customer_id is None:
        print("Nobody is known by that address.")
        return 1
    ledgers = read_ledgers(services, customer_id, asked.reason, now)
    print(write_proof(asked.email, ledgers))
    path = save_page(write_page(asked.email, customer_id, ledgers, now), customer_id)
    print(f"The page: {show_path(path)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    with open_stage():
        sys.exit(main())
