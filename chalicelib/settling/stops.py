"""The stop of an address which the system that the shop moves from had stopped. An import lifts no stop."""

from datetime import datetime

from chalicelib.addresses import normalise_email
from chalicelib.models import Identity, IdentityKind, Reading
from chalicelib.senders.imported import STOPS
from chalicelib.services import Services
from chalicelib.shop.dummies import is_dummy_email
from chalicelib.store.table import Part


def note_stops(reading: Reading, at: datetime, services: Services) -> list[Part]:
    """Return the parts that stop an address for the reasons of an imported row; a stop that is held keeps its time."""
    address, reasons = normalise_email(reading.email), reading.notes.get(STOPS)
    if not reasons or not address or is_dummy_email(address):
        return []
    rows = services.people.name_rows(Identity(kind=IdentityKind.EMAIL, value=address))
    return [services.suppressions.write_stops(row, reasons, at) for row in rows]
