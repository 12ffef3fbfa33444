"""An owner's address for the weekly mail, sealed with the token of its links; the rows of both are `store.weekly`."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import Model
from chalicelib.services import Services
from chalicelib.store.names import hash_text
from chalicelib.store.weekly import CONFIRM_WITHIN, WeeklyRow, WeeklyState

KIND = "weekly"  # what the address is sealed as, and the tag of the mails


class Mailbox(Model):
    """Where the mail goes. The token is in each of its mails, so each of its readers can switch the mails off."""

    address: str
    token: str


@dataclass(frozen=True)
class Switch:
    """One member's weekly mail as the account page shows it: its row and the opened address."""

    row: WeeklyRow
    address: str


def enter_address(services: Services, staff_id: str, address: str, language: str, now: datetime) -> WeeklyRow:
    """Return the row of a new address, in place of any former one; it waits for its confirmation."""
    former = services.weekly_rows.read_row(staff_id)
    mailbox = Mailbox(address=address, token=secrets.token_urlsafe(32))
    sealed = services.walk_seal.seal_record(staff_id, KIND, mailbox.model_dump_json().encode())
    return WeeklyRow(
        staff_id=staff_id,
        state=WeeklyState.ASKING,
        language=language,
        sealed=sealed,
        token=hash_text(mailbox.token),
        until=now + CONFIRM_WITHIN,
        week=former.week if former else "",
        version=former.version if former else 0,
    )


def open_mailbox(services: Services, row: WeeklyRow) -> Mailbox:
    """Return where a row's mail goes; raise SealBrokenError."""
    return Mailbox.model_validate_json(services.walk_seal.open_record(row.staff_id, KIND, row.sealed))


def read_switch(services: Services, staff_id: str, now: datetime) -> Switch | None:
    """Return a member's weekly mail, or None where they entered no address."""
    row = services.weekly_rows.read_row(staff_id)
    return Switch(row, open_mailbox(services, row).address) if row and row.holds(now) else None
