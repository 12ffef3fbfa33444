"""A whole shop on one stage of tables: what arrives, what settles, who is known. Builders for tests."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.addresses import normalise_email
from chalicelib.door.intake import accept_submission, name_submission
from chalicelib.mails.codes import make_code
from chalicelib.models import Event, Identity, Profile, Submission, Trust, utc_text
from chalicelib.people.profile import Record
from chalicelib.senders import read_submission
from chalicelib.services import Services
from chalicelib.settling.dispatch import settle_item
from chalicelib.settling.history import OpenedItem
from chalicelib.settling.waiting import quarantine_item
from chalicelib.store.codes import Batches, CodeRow, CodeState, dump_code
from chalicelib.store.inbox import Inbox
from chalicelib.store.table import Table
from chalicelib.vault.envelope import InboxSeal
from tests.builders.campaigns import CLOCK, a_campaign

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DOOR_KEY = b"d" * 32


@cache
def make_rsa() -> rsa.RSAPrivateKey:
    """Return one RSA key for the whole run: making one costs more than most tests."""
    return rsa.generate_private_key(65537, 2048)


@cache
def make_signing_key() -> ec.EllipticCurvePrivateKey:
    """Return one key that signs receipts, for the whole run."""
    return ec.generate_private_key(ec.SECP256R1())


def write_private(path: Path, key) -> Path:
    """Write a private key for its owner alone; return the path."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form))
    path.chmod(0o600)
    return path


def write_keys(folder: Path) -> tuple[str, str, str]:
    """Write local keys; return the inbox key's name, its public parameter, and the root key's name."""
    private = make_rsa()
    inbox, root = write_private(folder / "inbox.pem", private), folder / "root.key"
    root.write_bytes(os.urandom(32))
    root.chmod(0o600)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"file:{inbox}", f"file:{inbox}\n{public.decode()}", f"file:{root}"


def a_submission(*, email="", phone="", at=NOW, trust=Trust.ANONYMOUS, claims=(), entry=None, consents=(), **fields):
    """Return a form's submission; `fields` are further profile fields."""
    contacts = {name: value for name, value in (("email", email), ("phone", phone)) if value}
    body = {
        "form": "sign-up",
        "kind": "sign-up",
        "version": "2026-01-01",
        "language": "en",
        "fields": {**fields, **contacts},
        "entry": entry or {},
        "consents": list(consents),
    }
    return Submission(
        sender="form",
        topic="sign-up",
        trust=trust,
        received_at=at,
        occurred_at=at,
        claims=claims,
        idempotency_key=at.isoformat(),
        network="203.0.113.0/24",
        body=json.dumps(body, sort_keys=True, ensure_ascii=False).encode(),
    )


class Shop:
    """One shop's tables and keys. `listened` says whether systems of the shop hear of events."""

    listened = False

    def __init__(self, stage, folder: Path, *, client=None):
        """Make the shop's keys in `folder`, over the tables of a test's stage."""
        self.dynamodb = client or stage.dynamodb
        self.prefix = stage.settings.prefix
        self.inbox_key, self.public_key, self.root_key = write_keys(folder)
        self.receipt_key = f"file:{write_private(folder / 'receipt.pem', make_signing_key())}"
        self.settings = stage.settings
        self.seal = InboxSeal(self.public_key)
        self.inbox = Inbox(Table(self.dynamodb, self.prefix + "inbox"))
        self.read_all = stage.read_all
        self.stocked = set()

    def services(self, post=None, *campaigns, client=None, root_key=None) -> Services:
        """Return what a new container works with; `client` is DynamoDB's.

        With a `post` for SES, the campaigns are the given ones, or one that writes a week after a sign-up; without a
        post, the campaigns are those on file.
        """
        keys = {"inbox_key": self.inbox_key, "root_key": root_key or self.root_key, "receipt_key": self.receipt_key}
        listened = {"downstream": "crm=https://crm.shop.example/hook"} if self.listened else {}
        dynamodb = client or self.dynamodb
        made = Services(
            self.settings.model_copy(update={**keys, **listened}),
            lambda service, _: dynamodb if service == "dynamodb" else None,
        )
        if post is not None:
            made.mailer, made.clock, made.campaigns = post, CLOCK, campaigns or (a_campaign(),)
            for campaign in made.campaigns:
                self.stock_codes(campaign)
        return made

    def stock_codes(self, campaign, count=25) -> None:
        """Keep codes ready for a campaign, as if they had been made at the shop."""
        offer = campaign.offer
        if offer is None or not offer.per_person or (campaign.name, offer.terms) in self.stocked:
            return
        self.stocked.add((campaign.name, offer.terms))
        plain = CodeRow("", campaign.name, offer.terms, CodeState.FREE, utc_text(NOW), remote="gid://1")
        rows = [replace(plain, code=offer.write_code(make_code())) for _ in range(count)]
        table = Table(self.dynamodb, self.prefix + "offers")
        table.write_items(map(dump_code, rows))
        batch = Batches(table).read_batch(campaign.name, offer.terms)
        table.commit_parts([Batches(table).add_made(batch, count)])

    def accept(self, submission: Submission) -> str:
        """Accept a submission; return its inbox key."""
        accept_submission(submission, inbox=self.inbox, seal=self.seal, door_key=DOOR_KEY)
        return name_submission(submission, DOOR_KEY)

    def take(self, submission: Submission) -> str:
        """Accept and settle; return the outcome."""
        return settle_item(self.accept(submission), self.services(), NOW + timedelta(seconds=1))

    def quarantine(self, submission: Submission) -> str:
        """Accept a submission and set it aside as staff find it in quarantine; return its inbox key."""
        key = self.accept(submission)
        opened = OpenedItem(self.inbox.read_item(key), submission, read_submission(submission))
        quarantine_item(opened, "typed too often", self.services(), submission.received_at)
        return key

    def find_id(self, email: str) -> str | None:
        """Return the customer id behind an e-mail address."""
        return self.services().people.find_customer(Identity(kind="email", value=normalise_email(email)))

    def read_profile(self, email: str) -> Profile:
        """Return the profile behind an e-mail address."""
        customer_id = self.find_id(email)
        assert customer_id is not None
        return self.open_profile(customer_id)

    def open_profile(self, customer_id: str) -> Profile:
        """Open one customer's profile."""
        return self.services().people.load_person(customer_id).profile

    def read_record(self, email: str) -> Record:
        """Return the whole record behind an e-mail address, with all its orders and entries."""
        customer_id = self.find_id(email)
        assert customer_id is not None
        return self.open_record(customer_id)

    def open_record(self, customer_id: str) -> Record:
        """Open one customer's whole record; entries by their sort keys."""
        people = self.services().people
        person = people.load_person(customer_id)
        orders = {order.name: order for order in people.list_orders(person)}
        return Record(person.profile, orders, dict(people.list_entries(person)))

    def read_history(self, customer_id: str) -> list[Event]:
        """Return one customer's history."""
        people = self.services().people
        return list(people.list_history(people.load_person(customer_id)))

    def list_customers(self) -> list[str]:
        """Return every customer id."""
        rows = self.read_all("customers")
        return [row["pk"]["S"].removeprefix("cust#") for row in rows if row["sk"]["S"] == "core"]


def read_all_events(shop: Shop):
    """Return (key, submission, reading) of every event of every customer."""
    return [
        (event.key, event.submission, read_submission(event.submission))
        for customer in shop.list_customers()
        for event in shop.read_history(customer)
    ]
