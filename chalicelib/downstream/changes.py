"""The events that the shop's own systems hear of, and what stands in each. docs/downstream.md is their page.

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

# What an id of a sender looks like; an e-mail address or a name that somebody imported as an id does not pass.
SENDER_ID = re.compile(r"(?P<sender>[a-z][a-z0-9-]{0,39}):(?P<shop>[A-Za-z0-9.-]{0,100}):(?P<id>[A-Za-z0-9_-]{1,64})")
CHANNEL = re.compile(r"[A-Za-z0-9:._-]{1,120}")


class EventKind(StrEnum):
    """The type of an event, as receivers read it."""

    CONSENT_CHANGED = "consent.changed"
    CUSTOMER_FORGOTTEN = "customer.forgotten"


def list_ids(identities: Iterable[Identity]) -> list[dict[str, str]]:
    """Return the ids under which senders know a person; whatever else names them is left out."""
    found = (SENDER_ID.fullmatch(name.value) for name in identities if name.kind == "id")
    return [match.groupdict() for match in found if match is not None]


def list_changes(before: Profile, after: Profile, now: datetime) -> list[dict[str, Any]]:
    """Return what `consent.changed` says of each purpose whose standing answer is another one than before."""
    purposes = sorted({*before.consents, *after.consents})
    changed = [one for one in purposes if find_stand(before, one) is not find_stand(after, one)]
    person = {"customer": after.customer_id, "ids": list_ids(after.identities) if changed else []}
    return [{**person, "purpose": one, **describe_stand(after, one, now)} for one in changed]


def find_stand(profile: Profile, purpose: str) -> ConsentState | None:
    """Return yes, no or nothing; what waits to be confirmed is no answer yet."""
    consent = profile.consents.get(purpose)
    return None if consent is None or consent.state is ConsentState.PENDING else consent.state


def describe_stand(profile: Profile, purpose: str, now: datetime) -> dict[str, str]:
    """Return the answer that stands, since when and how it came; `none` where a yes stands no longer."""
    consent = profile.consents.get(purpose)
    if consent is None or consent.state is ConsentState.PENDING:
        return {"state": "none", "at": utc_text(now), "channel": ""}
    channel = consent.channel if CHANNEL.fullmatch(consent.channel) else "other"
    return {"state": consent.state.value, "at": utc_text(consent.at), "channel": channel}


def describe_forgotten(customer_id: str, identities: Iterable[Identity], at: datetime, reason: str) -> dict[str, Any]:
    """Return the data of `customer.forgotten`; `reason` is a code such as `request` or `retention`."""
    return {"customer": customer_id, "ids": list_ids(identities), "at": utc_text(at), "reason": reason}
