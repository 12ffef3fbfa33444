"""Rows of the Customers table of addresses that get no mail, or no mail of some uses: the suppression list.

pk                  sk      holds
stop#<index row>    stop    keyed hash of the address; since when (RFC 3339 UTC) by each reason; `soft`, the times of
                            soft bounces since the last delivery; `version` counts its changes

`shop.stops` says which reason blocks which mail. A row that holds soft bounces alone expires.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.models import utc_text
from chalicelib.shop.stops import BLOCKING, MOST_SOFT, SOFT_STOP, SOFT_WITHIN, MailUse, StopReason
from chalicelib.store.table import Part, Row, Table, expire_at


@dataclass(frozen=True)
class Stop:
    """What is held of one address. `soft` is in order of time; `version` is 0 where there is no row."""

    since: dict[StopReason, str]
    soft: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class Suppressions:
    """Reads and builds these rows. `rows` are an address's rows of the blind index, one per live secret."""

    table: Table

    def check_unstopped(self, rows: Sequence[str], use: MailUse, now: datetime) -> list[Part]:
        """Return the parts that fail the transaction when an address gets no mail of this use."""
        names = [name_attribute(reason) for reason in BLOCKING[use]]
        soft = name_attribute(StopReason.SOFT_BOUNCED)
        over = {soft: utc_text(now - SOFT_STOP)} if soft in names else {}
        ends = [f"(attribute_not_exists(#{name})" + f" OR #{name} <= :{name}" * (name in over) + ")" for name in names]
        return [self.table.check_part(name_row(row), " AND ".join(ends), **over) for row in rows]

    def write_stop(self, row: str, reason: str, at: datetime) -> Part:
        """Return the part that stops an address for good; a stop for the same reason keeps its time."""
        return self.write_stops(row, [reason], at)

    def write_stops(self, row: str, reasons: Sequence[str], at: datetime) -> Part:
        """Return the part that stops an address for several reasons."""
        names = [name_attribute(StopReason(reason)) for reason in reasons]
        sets = ", ".join(f"#{name} = if_not_exists(#{name}, :at)" for name in names)
        change = f"SET {sets} REMOVE expires_at ADD #version :one"
        return self.table.update_part(name_row(row), change, at=utc_text(at), one=1)

    def lift_wish(self, row: str) -> list[Part]:
        """Return the part that ends a stop by wish; none for an address without one."""
        held = self.read_stop(row)
        if StopReason.WISH not in held.since:
            return []
        since: dict[StopReason, str] = {
            reason: at for reason, at in held.since.items() if reason is not StopReason.WISH
        }
        return [self.replace_stop(row, Stop(since, held.soft, held.version))]

    def count_soft(self, row: str, at: datetime) -> list[Part]:
        """Return the part that counts a soft bounce; the last of MOST_SOFT within SOFT_WITHIN stops the address.

        It fails where the row changed since it was read.
        """
        held = self.read_stop(row)
        times = sorted({*held.soft, utc_text(at)})
        newest = datetime.fromisoformat(times[-1])
        soft = tuple(time for time in times if time > utc_text(newest - SOFT_WITHIN))[-MOST_SOFT:]
        stopped = {StopReason.SOFT_BOUNCED: soft[-1]} if len(soft) >= MOST_SOFT else {}
        return [self.replace_stop(row, Stop({**held.since, **stopped}, soft, held.version))]

    def count_delivery(self, row: str, at: datetime) -> list[Part]:
        """Return the part that ends what soft bounces before a delivery began; none where there were none.

        It fails where the row changed since it was read.
        """
        held, moment = self.read_stop(row), utc_text(at)
        over = held.since.get(StopReason.SOFT_BOUNCED, "9999") <= moment
        since = {reason: time for reason, time in held.since.items() if reason != StopReason.SOFT_BOUNCED or not over}
        soft = tuple(time for time in held.soft if time > moment)
        if (since, soft) == (held.since, held.soft):
            return []
        return [self.replace_stop(row, Stop(since, soft, held.version))]

    def lift_stop(self, row: str) -> list[Part]:
        """Return the part that deletes what is held of an address, as it was read; none where nothing is held."""
        held = self.read_stop(row)
        return [self.replace_stop(row, Stop({}, (), held.version))] if held.version else []

    def replace_stop(self, row: str, new: Stop) -> Part:
        """Return the part that replaces a row still at the version of `new`, or deletes it where nothing is left."""
        if not new.since and not new.soft:
            return self.table.delete_part(name_row(row), "version = :old", old=new.version)
        held = {name_attribute(reason): time for reason, time in new.since.items()}
        soft = {"soft": " ".join(new.soft)} if new.soft else {}
        return self.table.put_version_part({**name_row(row), **held, **soft, **expire_soft(new)}, new.version)

    def read_stop(self, row: str, *, consistent: bool = True) -> Stop:
        """Return what is held of an address under one index row."""
        return load_stop(self.table.read_item(name_row(row), consistent=consistent) or {})

    def is_stopped(self, rows: Sequence[str], use: MailUse, now: datetime) -> bool:
        """Return whether an address gets no mail of this use."""
        return bool(self.list_blocking(rows, use, now))

    def list_blocking(self, rows: Sequence[str], use: MailUse, now: datetime) -> dict[str, str]:
        """Return since when (RFC 3339 UTC) an address gets no mail of this use, by each reason."""
        over = utc_text(now - SOFT_STOP)
        return {
            reason: at
            for reason, at in self.list_stops(rows).items()
            if reason in BLOCKING[use] and (reason != StopReason.SOFT_BOUNCED or at > over)
        }

    def list_stops(self, rows: Sequence[str], *, consistent: bool = False) -> dict[str, str]:
        """Return since when (RFC 3339 UTC) an address is stopped, by each reason, whatever it blocks."""
        found = [self.read_stop(row, consistent=consistent).since for row in rows]
        return {reason.value: at for since in found for reason, at in since.items()}


def load_stop(row: Row) -> Stop:
    since = {reason: row[name] for reason in StopReason if (name := name_attribute(reason)) in row}
    return Stop(since, tuple(row.get("soft", "").split()), int(row.get("version", 0)))


def expire_soft(stop: Stop) -> dict[str, int]:
    """Return when TTL may remove a row; a row with a stop for good has no end."""
    if set(stop.since) - {StopReason.SOFT_BOUNCED}:
        return {}
    moments = [datetime.fromisoformat(time) + SOFT_WITHIN for time in stop.soft[-1:]]
    moments += [datetime.fromisoformat(at) + SOFT_STOP for at in stop.since.values()]
    return expire_at(max(moments))


def name_attribute(reason: StopReason) -> str:
    """Return the attribute of a reason; an expression takes no hyphen."""
    return reason.value.replace("-", "_")


def name_row(row: str) -> Row:
    """Return the key of an address's row, by a row of the blind index."""
    return {"pk": f"stop#{row.removeprefix('idn#')}", "sk": "stop"}
