"""Rows of the Desk table about tills: devices that may put sealed entries into the inbox, and do nothing else.

    pk      sk             holds
    till    <device id>    `name`, `state`, `made`; `offer`: hash of the link that makes a device this till, `until`;
                           `token`: hash of the credential that the device's cookie holds; `seen`: when it called last,
                           within five minutes; `expires_at` once it was ended, or was never made

One row stays for a till whatever device is it: a new link lets another device, or the same one after its cookies were
deleted, be this till, and what it sealed before still counts.
"""

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.models import utc_text
from chalicelib.shop.retention import find_span
from chalicelib.store.names import hash_text
from chalicelib.store.table import NEW, Part, Row, Table, expire_at

OFFER_HOLDS = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=5)
TILL = "till"


class TillState(StrEnum):
    """Whether a till may put entries into the inbox."""

    OFFERED = "offered"  # its link was not used yet
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True)
class Till:
    """One till. `until` is when its link ends, where it has one that was not used."""

    device_id: str
    name: str
    state: TillState
    made: datetime
    seen: datetime | None = None
    until: datetime | None = None
    token: str = ""
    offer: str = ""

    @property
    def is_active(self) -> bool:
        return self.state is TillState.ACTIVE

    def is_offered(self, now: datetime) -> bool:
        """Return whether a link waits to make a device this till."""
        return self.until is not None and self.until > now


@dataclass(frozen=True)
class Tills:
    """Reads and builds these rows."""

    table: Table

    def list_tills(self) -> Iterator[Till]:
        """Yield every till, also those that were ended."""
        yield from map(load_till, self.table.query_items(TILL))

    def read_till(self, device_id: str) -> Till | None:
        """Return one till, or None."""
        row = self.table.read_item(name_till(device_id))
        return None if row is None else load_till(row)

    def read_device(self, device_id: str, token: str) -> Till | None:
        """Return the till whose credential this is, or None where it is not, or where the till was ended."""
        found = self.read_till(device_id)
        holds = found is not None and found.is_active and hmac.compare_digest(found.token, hash_text(token))
        return found if holds else None

    def read_offer(self, device_id: str, offer: str, now: datetime) -> Till | None:
        """Return the till of an open link, or None: unknown, used, withdrawn, or too old."""
        found = self.read_till(device_id)
        if found is None or not found.is_offered(now) or not hmac.compare_digest(found.offer, hash_text(offer)):
            return None
        return found

    def write_new(self, device_id: str, name: str, offer: str, now: datetime) -> Part:
        """Return the part that adds a till, with the link that makes a device this till."""
        row = {
            **name_till(device_id),
            "name": name,
            "state": TillState.OFFERED.value,
            "made": utc_text(now),
            "offer": hash_text(offer),
            "until": utc_text(now + OFFER_HOLDS),
            **expire_at(now + OFFER_HOLDS),
        }
        return self.table.put_part(row, NEW)

    def write_offer(self, till: Till, offer: str, now: datetime) -> Part:
        """Return the part that gives a known till another link; the device that is it now goes on until it is used."""
        until = now + OFFER_HOLDS
        values: Row = {"offer": hash_text(offer), "until": utc_text(until), "old": till.state.value}
        change = "SET #offer = :offer, #until = :until"
        if till.state is TillState.OFFERED:  # no device was it yet, so its row lives as long as its link
            values, change = {**values, **expire_at(until)}, f"{change}, expires_at = :expires_at"
        return self.table.update_part(name_till(till.device_id), change, "#state = :old", **values)

    def use_offer(self, till: Till, token: str, now: datetime) -> Part:
        """Return the part by which a device becomes this till, in place of any former one; it fails for a used link."""
        change = "SET #state = :active, #token = :token, made = :now, seen = :now REMOVE #offer, #until, expires_at"
        values = {
            "active": TillState.ACTIVE.value,
            "token": hash_text(token),
            "now": utc_text(now),
            "used": till.offer,
        }
        return self.table.update_part(name_till(till.device_id), change, "#offer = :used", **values)

    def end_till(self, till: Till, now: datetime) -> Part:
        """Return the part that ends a till, and its link; its row stays for the period `staff`: consents name it."""
        change = "SET #state = :ended, expires_at = :end REMOVE #token, #offer, #until"
        values = {
            "ended": TillState.ENDED.value,
            "old": till.state.value,
            "end": expire_at(now + find_span("staff"))["expires_at"],
        }
        return self.table.update_part(name_till(till.device_id), change, "#state = :old", **values)

    def require_device(self, till: Till) -> Part:
        """Return the part that fails a transaction once the till was ended, or is another device."""
        values = {"active": TillState.ACTIVE.value, "own": till.token}
        return self.table.check_part(name_till(till.device_id), "#state = :active AND #token = :own", **values)

    def note_seen(self, till: Till, now: datetime) -> None:
        """Note that a till called, at most every five minutes; one that was ended meanwhile stays ended."""
        if till.seen is None or now - till.seen > SEEN_EVERY:
            values = {"now": utc_text(now), "active": TillState.ACTIVE.value}
            self.table.change_item(name_till(till.device_id), "SET seen = :now", "#state = :active", **values)


def name_till(device_id: str) -> Row:
    return {"pk": TILL, "sk": device_id}


def load_till(row: Row) -> Till:
    """Return a till from its row."""
    moments = {name: datetime.fromisoformat(row[name]) if name in row else None for name in ("seen", "until")}
    return Till(
        device_id=row["sk"],
        name=row["name"],
        state=TillState(row["state"]),
        made=datetime.fromisoformat(row["made"]),
        token=row.get("token", ""),
        offer=row.get("offer", ""),
        **moments,
    )


def make_device_id() -> str:
    """Return a new id: 128 random bits."""
    return secrets.token_urlsafe(16)


def make_device_token() -> str:
    """Return a new credential, or a link's token: 256 random bits."""
    return secrets.token_urlsafe(32)
