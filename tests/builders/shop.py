"""A whole shop on one stage of tables: what arrives, what settles, who is known. Builders for tests."""

import json
import os
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.addresses import normalise_email
from chalicelib.downstream.outbox import Outbox
from chalicelib.erasure.forget import Forgetting
from chalicelib.intake import accept_submission, name_submission
from chalicelib.models import Event, Identity, Profile, Submission, Trust
from chalicelib.people.directory import People
from chalicelib.senders import read_submission
from chalicelib.services import find_due
from chalicelib.settling.commit import Settling
from chalicelib.settling.dispatch import settle_item
from chalicelib.store.customers import Customers
from chalicelib.store.erasures import ForgetRows
from chalicelib.store.inbox import Inbox
from chalicelib.store.keys import Keys
from chalicelib.store.ledger import Ledger
from chalicelib.store.links import Links
from chalicelib.vault.blindindex import BlindIndex
from chalicelib.vault.envelope import InboxOpener, InboxSeal
from chalicelib.vault.root import RootSeal

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DOOR_KEY = b"d" * 32


@cache
def make_rsa() -> rsa.RSAPrivateKey:
    """Return one RSA key for the whole run: making one costs more than most tests."""
    return rsa.generate_private_key(65537, 2048)


def write_keys(folder: Path) -> tuple[str, str, str]:
    """Write local keys; return the inbox key's name, its public parameter, and the root key's name."""
    private = make_rsa()
    inbox, root = folder / "inbox.pem", folder / "root.key"
    inbox.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    root.write_bytes(os.urandom(32))
    for path in (inbox, root):
        path.chmod(0o600)
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
        self.seal = InboxSeal(self.public_key)
        self.inbox = Inbox(self.dynamodb, self.prefix + "inbox")
        self.read_all = stage.read_all

    def tools(self, *, client=None, root_key=None) -> Settling:
        """Return what settling needs, as a new container would build it."""
        dynamodb = client or self.dynamodb
        keys = Keys(dynamodb, self.prefix + "keys", RootSeal((root_key or self.root_key).split(","), None))
        customers = Customers(dynamodb, self.prefix + "customers")
        people = People(customers, keys, BlindIndex(keys.read_index()))
        outbox = Outbox(customers, wanted=self.listened)
        return Settling(
            inbox=Inbox(dynamodb, self.prefix + "inbox"),
            people=people,
            opener=InboxOpener([self.inbox_key], None),
            region="US",
            find_due=find_due,
            outbox=outbox,
            forgetting=Forgetting(
                people, Ledger(dynamodb, self.prefix + "ledger"), ForgetRows(customers), "US", outbox
            ),
            links=Links(dynamodb, self.prefix + "links"),
        )

    def accept(self, submission: Submission) -> str:
        """Accept a submission; return its inbox key."""
        accept_submission(submission, inbox=self.inbox, seal=self.seal, door_key=DOOR_KEY)
        return name_submission(submission, DOOR_KEY)

    def take(self, submission: Submission) -> str:
        """Accept and settle; return the outcome."""
        return settle_item(self.accept(submission), self.tools(), NOW + timedelta(seconds=1))

    def find_id(self, email: str) -> str | None:
        """Return the customer id behind an e-mail address."""
        return self.tools().people.find_customer(Identity(kind="email", value=normalise_email(email)))

    def read_profile(self, email: str) -> Profile:
        """Return the profile behind an e-mail address."""
        customer_id = self.find_id(email)
        assert customer_id is not None
        return self.open_profile(customer_id)

    def open_profile(self, customer_id: str) -> Profile:
        """Open one customer's profile."""
        return self.tools().people.load_person(customer_id).profile

    def read_history(self, customer_id: str) -> list[Event]:
        """Return one customer's history."""
        people = self.tools().people
        return list(people.list_history(people.load_person(customer_id)))

    def list_customers(self) -> list[str]:
        """Return every customer id."""
        rows = self.read_all("customers")
        return [row["pk"]["S"].removeprefix("cust#") for row in rows if row["sk"]["S"] == "profile"]


def read_all_events(shop: Shop):
    """Return (key, submission, reading) of every event of every customer."""
    return [
        (event.key, event.submission, read_submission(event.submission))
        for customer in shop.list_customers()
        for event in shop.read_history(customer)
    ]
