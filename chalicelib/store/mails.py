"""Rows of the Customers table about mails: one per occasion.

pk           sk                 holds
cust#<id>    mail#<occasion>    state, attempt, campaign, mail id, not_after, the names of its links; while the
                                outcome is open also queue = open#<shard> and due_at, for the reconciler
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import MailState, utc_text
from chalicelib.store.table import NEW, SHARDS, THERE, Part, Row, Table, choose_shard, put_in_queue

MAIL = "mail#"
OPEN = (MailState.INTENT, MailState.UNKNOWN, MailState.THROTTLED)
PLAIN = ("campaign", "mail_id", "attempt", "at", "not_after", "marketing", "code")  # stored under their own names


@dataclass(frozen=True)
class MailRow:
    """One mail to one customer. `mail_id` is random and names no person; `attempt` is that of the last intent.

    `links` names every index row that leads from this mail to the customer, over all attempts: rows of links, and
    `mail:` with an attempt. An erasure needs them. `entry` is the inbox key of the entry that the mail confirms, or "":
    any visitor can cause such a mail.
    """

    occasion: str
    campaign: str
    state: MailState
    mail_id: str
    attempt: str
    at: str
    not_after: str
    marketing: bool
    code: str = ""
    links: tuple[str, ...] = ()
    entry: str = ""


@dataclass(frozen=True)
class MailRows:
    """Reads and builds these rows."""

    table: Table

    def list_mails(self, customer_id: str) -> list[MailRow]:
        """Return every mail row of a customer, read consistently."""
        return [load_mail(row) for row in self.table.query_items(f"cust#{customer_id}", "mail#")]

    def read_mails(self, customer_id: str, occasions: Iterable[str]) -> list[MailRow]:
        """Return those of some mail rows of a customer that exist, read consistently."""
        keys = [{"pk": f"cust#{customer_id}", "sk": f"mail#{occasion}"} for occasion in occasions]
        return sorted(map(load_mail, self.table.read_items(keys)), key=lambda mail: mail.occasion)

    def write_mail(self, customer_id: str, mail: MailRow) -> Part:
        """Return the part that makes a new row; it fails where the occasion has a row."""
        row = {**name_row(customer_id, mail), **dump_mail(mail), **queue_open(customer_id, mail.state, mail.at)}
        return self.table.put_part(row, NEW)

    def move_mail(
        self, customer_id: str, mail: MailRow, state: MailState, attempt: str, at: str, links: tuple[str, ...] = ()
    ) -> Part:
        """Return the part that changes a row which still has the state and the attempt of `mail`.

        `links` are those of a new attempt and of all before it.
        """
        queued = queue_open(customer_id, state, at)
        change = "SET #state = :state, attempt = :attempt, #at = :at" + ", links = :links" * bool(links)
        change += ", #queue = :queue, due_at = :due_at" if queued else " REMOVE #queue, due_at"
        return self.table.update_part(
            name_row(customer_id, mail),
            change,
            "#state = :old AND attempt = :own",
            state=state.value,
            attempt=attempt,
            at=at,
            old=mail.state.value,
            own=mail.attempt,
            **({"links": " ".join(links)} if links else {}),
            **queued,
        )

    def delete_mail(self, customer_id: str, mail: MailRow) -> Part:
        """Return the part that deletes a row; it fails where the row is gone."""
        return self.table.delete_part(name_row(customer_id, mail), THERE)

    def list_open(self, before: datetime) -> Iterator[tuple[str, str]]:
        """Yield (customer id, occasion) of mails left open since before a time."""
        for shard in range(SHARDS):
            for row in self.table.list_queue(f"open#{shard}", utc_text(before)):
                yield row["pk"].removeprefix("cust#"), row["sk"].removeprefix("mail#")


def name_row(customer_id: str, mail: MailRow) -> Row:
    return {"pk": f"cust#{customer_id}", "sk": f"mail#{mail.occasion}"}


def queue_open(customer_id: str, state: MailState, at: str) -> dict[str, str]:
    """Return the attributes that put an open mail into the reconciler's queue, none for a closed one."""
    return put_in_queue(f"open#{choose_shard(customer_id)}", at) if state in OPEN else {}


def dump_mail(mail: MailRow) -> Row:
    """Return a row's attributes."""
    plain = {name: getattr(mail, name) for name in PLAIN}
    confirmed = {"entry": mail.entry} if mail.entry else {}
    return {**plain, **confirmed, "state": mail.state.value, "links": " ".join(mail.links)}


def load_mail(row: Row) -> MailRow:
    return MailRow(
        occasion=row["sk"].removeprefix("mail#"),
        state=MailState(row["state"]),
        links=tuple(row["links"].split()),
        entry=row.get("entry", ""),
        **{name: row[name] for name in PLAIN},
    )
