"""A shop with people who are due, on a DynamoDB Local of its own, and a post office that counts what it is handed."""

import os
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3

from chalicelib.addresses import normalise_email
from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock
from chalicelib.config import current_settings, read_settings
from chalicelib.door.intake import name_submission
from chalicelib.mails.ses import Mailer
from chalicelib.models import HeldName, Identity, IdentityKind
from chalicelib.people.profile import fold_event
from chalicelib.senders import read_submission
from chalicelib.services import WORK_TIMEOUTS, Services, make_client
from infra.local.emulator import start_emulator
from infra.local.endpoints import name_endpoints
from infra.local.processes import end_children, wait_listening
from infra.local.stack import TABLES, create_stack
from tests.builders.shop import DOOR_KEY, NOW, Shop, a_submission
from tests.conftest import CLOSED, Stage
from tests.proofs.sends_wire import Request, Watch, Watched, make_error, read_attempt

CONSENT = {"purpose": "marketing", "words": "Yes, write to me.", "words_version": "2026-01-01", "language": "en"}
DUE = NOW + timedelta(days=8)
COST = 2  # euros that one mail's offer is expected to cost
ALWAYS_OPEN = {"opens": "00:00", "closes": "23:59"}


class Post:
    """Stands for SES at the edge of the system: keeps what it accepted. Addresses in `busy` are always throttled."""

    meta = SimpleNamespace(config=SimpleNamespace(retries={"total_max_attempts": 1}))

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.busy: set[str] = set()
        self.posts: Counter[str] = Counter()
        self.accepted: list[tuple[str, str, str]] = []  # address, campaign, attempt

    def send_email(self, **request: Any) -> Request:
        """Take a mail."""
        [address] = request["Destination"]["ToAddresses"]
        attempt = read_attempt(request)
        with self.lock:
            self.posts[attempt] += 1
            if address in self.busy:
                raise make_error("TooManyRequestsException", 429, "SendEmail")
            campaign = next(tag["Value"] for tag in request["EmailTags"] if tag["Name"] == "campaign")
            self.accepted.append((address, campaign, attempt))
        return {"MessageId": f"id-{attempt}"}

    def count_doubled(self) -> int:
        """Return how many people SES accepted two mails of one campaign for."""
        return sum(count > 1 for count in Counter((to, campaign) for to, campaign, _ in self.accepted).values())


def make_clock(cap: int = 2) -> ShopClock:
    """Return a shop that sends at any hour."""
    mails = {"mails": cap, "days": 14}
    return ShopClock.model_validate({"time_zone": "UTC", "currency": "EUR", "window": ALWAYS_OPEN, "cap": mails})


def make_campaign(name: str = "welcome", days: int = 7, *, most: int = 10**6, **changes: Any) -> Campaign:
    """Return a campaign that writes some days after a sign-up and offers a tenth off, for `most` euros in all."""
    offer = {
        "percent": 10,
        "codes": "shopify",
        "code": "BACK-{code}",
        "expires_days": 14,
        "most_spent": str(most),
        "expected_cost": str(COST),
    }
    keys = {"name": name, "kind": "marketing", "template": "win-back", "good_for_days": 14, "offer": offer}
    return Campaign.model_validate({**keys, "when": {"trigger": "after-sign-up", "days": days}, **changes})


class Office:
    """The shop's campaigns, its tables and its post; it opens services for as many workers as there are."""

    def __init__(self, shop: Shop, campaigns: tuple[Campaign, ...], clock: ShopClock | None = None) -> None:
        self.shop = shop
        self.campaigns = campaigns
        self.clock = clock or make_clock()
        self.post = Post()
        self.plain = self.open_services(pass_call)

    def open_services(self, watch: Watch, post: Post | None = None) -> Services:
        """Return what one worker works with, as a new container would; mails go to `post`, or to the shop's own."""
        services = self.shop.services(client=Watched(self.shop.dynamodb, watch))
        services.campaigns, services.clock = self.campaigns, self.clock
        services.mailer = Mailer(Watched(post or self.post, watch), services.settings.mail_from, "")
        # Read before the first turn: threads that share a container would wait for each other inside these.
        assert services.people
        assert services.code_secret
        return services

    def write_person(self, address: str, **fields: Any) -> tuple[str, list[Request]]:
        """Return somebody's id, and the parts of the transaction that their sign-up would settle in."""
        people = self.plain.people
        person = people.make_person()
        form = a_submission(email=address, name="Асель", entry={"topic": "tea"}, consents=[CONSENT], **fields)
        key = name_submission(form, DOOR_KEY)
        named = HeldName(kind=IdentityKind.EMAIL, value=normalise_email(address), at=form.occurred_at)
        start = replace(person.record, profile=person.profile.model_copy(update={"identities": (named,)}))
        record = fold_event(start, key, form, read_submission(form))
        names = people.name_rows(Identity(kind="email", value=normalise_email(address)))
        return person.id, [
            people.write_event(person, key, form),
            *people.write_record(person, record, self.plain.find_due(record.profile, NOW), names=names),
            *(people.identities.write_owner(name, person.id) for name in names),
        ]

    def enrol(self, people: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Write many sign-ups, in batches, since only their outcome matters here; return address -> customer id."""
        ids, rows = {}, []
        for address, fields in people.items():
            ids[address], parts = self.write_person(address, **fields)
            rows += [part["Put"] for part in parts]
        for start in range(0, len(rows), 25):
            batch: dict[str, list[Request]] = {}
            for row in rows[start : start + 25]:
                batch.setdefault(row["TableName"], []).append({"PutRequest": {"Item": row["Item"]}})
            answer = self.shop.dynamodb.batch_write_item(RequestItems=batch)
            assert not answer["UnprocessedItems"]
        return ids


def pass_call(name: str, request: Request, call: Any) -> Any:
    """Let a call through."""
    return call()


@contextmanager
def open_shop() -> Iterator[Shop]:
    """Start DynamoDB Local in memory, make the tables and the keys, and point the environment there."""
    child, port = start_emulator()
    wait_listening(port, child)
    os.environ.update({**name_endpoints(CLOSED, port), "STAGE": "sends"})
    current_settings.cache_clear()
    try:
        create_stack("sends", lambda _: boto3.client("dynamodb"), TABLES, protect=False)
        stage = Stage(read_settings(os.environ), make_client("dynamodb", WORK_TIMEOUTS))
        with tempfile.TemporaryDirectory() as folder:
            yield Shop(stage, Path(folder))
    finally:
        end_children([child])


def stop_addresses(office: Office, addresses: Iterable[str]) -> None:
    """Suppress addresses, as bounces do."""
    services = office.plain
    for address in addresses:
        rows = services.people.name_rows(Identity(kind="email", value=normalise_email(address)))
        services.table.commit_parts([services.suppressions.write_stop(row, "bounced", NOW) for row in rows])
