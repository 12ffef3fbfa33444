"""Rows of the Desk table about sessions at the desk. Only the browser's cookie holds a session's token.

    pk                  sk               holds
    person#<staff id>   session#<hash>   `number` of the staff row that it began under, `device`, `language`, `made`,
                                         `seen` (written every five minutes at most), `touched`: when the passkey was
                                         asked last, `expires_at`

A session ends after 12 hours without use, after 7 days, when its row is deleted, or when the number of its member's
row is another one.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import utc_text
from chalicelib.store.names import hash_text
from chalicelib.store.staff import Member, load_member, name_member
from chalicelib.store.table import NEW, THERE, Part, Row, Table, expire_at

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
TOUCH_HOLDS = timedelta(minutes=5)


@dataclass(frozen=True)
class Session:
    """One sign-in on one device. `name` is the hash of its token."""

    staff_id: str
    name: str
    number: int
    device: str
    language: str
    made: datetime
    seen: datetime
    touched: datetime

    def is_over(self, now: datetime) -> bool:
        """Return whether it was left alone for too long, or is too old."""
        return now - self.seen > IDLE or now - self.made > LONGEST

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the passkey was asked within the last five minutes."""
        return now - self.touched <= TOUCH_HOLDS


@dataclass(frozen=True)
class Sessions:
    """Reads and builds these rows."""

    table: Table

    def read_session(self, staff_id: str, token: str, now: datetime) -> tuple[Session, Member] | None:
        """Return the session of a token and its member, in one read; None where it ended or the member may not in."""
        name = hash_text(token)
        rows = {row["pk"]: row for row in self.table.read_items([name_session(staff_id, name), name_member(staff_id)])}
        if len(rows) < 2:
            return None
        member = load_member(rows.pop("staff"))
        session = load_session(rows.popitem()[1])
        holds = member.is_active and session.number == member.number and not session.is_over(now)
        return (session, member) if holds else None

    def list_sessions(self, member: Member, now: datetime) -> list[Session]:
        """Return a member's open sessions, the one that was used last first."""
        found = map(load_session, self.table.query_items(f"person#{member.staff_id}", "session#"))
        live = [each for each in found if each.number == member.number and not each.is_over(now)]
        return sorted(live, key=lambda each: each.seen, reverse=True)

    def write_session(self, staff_id: str, number: int, token: str, device: str, language: str, now: datetime) -> Part:
        """Return the part that begins a session."""
        at = utc_text(now)
        row = {
            **name_session(staff_id, hash_text(token)),
            "number": number,
            "device": device,
            "language": language,
            "made": at,
            "seen": at,
            "touched": at,
            **expire_at(now + LONGEST),
        }
        return self.table.put_part(row, NEW)

    def note_seen(self, session: Session, now: datetime) -> None:
        """Note that a session is used, at most every five minutes; one that ended meanwhile stays ended."""
        if now - session.seen > SEEN_EVERY:
            key = name_session(session.staff_id, session.name)
            self.table.change_item(key, "SET seen = :now", THERE, now=utc_text(now))

    def note_touch(self, session: Session, now: datetime) -> Part:
        """Return the part that notes that the passkey was asked."""
        key = name_session(session.staff_id, session.name)
        return self.table.update_part(key, "SET touched = :now", THERE, now=utc_text(now))

    def choose_language(self, session: Session, language: str) -> None:
        """Keep the language in which a session's pages are shown."""
        key = name_session(session.staff_id, session.name)
        self.table.change_item(key, "SET #language = :language", THERE, language=language)

    def end_session(self, staff_id: str, name: str) -> None:
        """End one session, if it is there."""
        self.table.delete_item(name_session(staff_id, name))


def name_session(staff_id: str, name: str) -> Row:
    return {"pk": f"person#{staff_id}", "sk": f"session#{name}"}


def load_session(row: Row) -> Session:
    """Return a session from its row."""
    made, seen, touched = (datetime.fromisoformat(row[name]) for name in ("made", "seen", "touched"))
    return Session(
        staff_id=row["pk"].partition("#")[2],
        name=row["sk"].partition("#")[2],
        number=int(row["number"]),
        device=row["device"],
        language=row["language"],
        made=made,
        seen=seen,
        touched=touched,
    )


def make_session_token() -> str:
    """Return a new token: 256 random bits."""
    return secrets.token_urlsafe(32)
