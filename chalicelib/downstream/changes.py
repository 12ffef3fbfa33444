"""The events for the shop's own systems, and the data of each. docs/downstream.md is their page.

    consent.changed      customer, ids, purpose, state (given | withdrawn | none), at, channel
    customer.forgotten   customer, ids, at, reason

A person is named by our own random customer id and by the ids under which the senders know them, never by an address,
a number or a name.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.models import ConsentState, Identity, Profile, utc_text
from chalicelib.store.outbox import Outbox
from chalicelib.store.table import Part

# The form of a sender's id; an e-mail address or a name that was imported as an id does not match.
SENDER_ID = re.compile(r"(?P<sender>[a-z][a-z0-9-]{0,39}):(?P<shop>[A-Za-z0-9.-]{0,100}):(?P<id>[A-Za-z0-9_-]{1,64})")
CHANNEL = re.compile(r"[A-Za-z0-9:._-]{1,120}")


class EventKind(StrEnum):
    """The type of an event, as receivers read it."""

    CONSENT_CHANGED = "consent.changed"
    CUSTOMER_FORGOTTEN = "customer.forgotten"


def write_changes(outbox: Outbox, before: Profile, after: Profile, now: datetime) -> list[Part]:
    """Return the parts that write a `consent.changed` for each consent that differs between two states of a profile."""
    changes = list_changes(before, after, now) if outbox.wanted else []
    return [part for data in changes for part in outbox.write_event(EventKind.CONSENT_CHANGED, data, now)]


def write_forgotten(
    outbox: Outbox, customer_id: str, identities: Iterable[Identity], reason: str, now: datetime
) -> list[Part]:
    """Return the parts that write the `customer.forgotten` of one customer."""
    data = describe_forgotten(customer_id, identities, now, reason)
    return outbox.write_event(EventKind.CUSTOMER_FORGOTTEN, data, now)


def list_ids(identities: Iterable[Identity]) -> list[dict[str, str]]:
    """Return the ids under which senders know a person; their other names are left out."""
    found = (SENDER_ID.fullmatch(name.value) for name in identities if name.kind == "id")
    return [match.groupdict() for match in found if match is not None]


def list_changes(before: Profile, after: Profile, now: datetime) -> list[dict[str, Any]]:
    """Return the data of `consent.changed` for each purpose whose answer changed."""
    purposes = sorted({*before.consents, *after.consents})
    changed = [name for name in purposes if find_answer(before, name) is not find_answer(after, name)]
    person = {"customer": after.customer_id, "ids": list_ids(after.identities) if changed else []}
    return [{**person, "purpose": name, **describe_answer(after, name, now)} for name in changed]


def find_answer(profile: Profile, purpose: str) -> ConsentState | None:
    """Return the answer of a profile to one purpose, or None; a consent to be confirmed is no answer yet."""
    consent = profile.consents.get(purpose)
    return None if consent is None or consent.state is ConsentState.PENDING else consent.state


def describe_answer(profile: Profile, purpose: str, now: datetime) -> dict[str, str]:
    """Return the state of a purpose, since when and by which channel; `none` where a yes no longer counts."""
    consent = profile.consents.get(purpose)
    if consent is None or consent.state is ConsentState.PENDING:
        return {"state": "none", "at": utc_text(now), "channel": ""}
    channel = consent.channel if CHANNEL.fullmatch(consent.channel) else "other"
    return {"state": consent.state.value, "at": utc_text(consent.at), "channel": channel}


def describe_forgotten(customer_id: str, identities: Iterable[Identity], at: datetime, reason: str) -> dict[str, Any]:
    """Return the data of `customer.forgotten`; `reason` is a code such as `request` or `retention`."""
    return {"customer": customer_id, "ids": list_ids(identities), "at": utc_text(at), "reason": reason}
