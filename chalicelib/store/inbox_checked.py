"""A put into the inbox that depends on other rows: what staff enter is kept only while they still work here."""

from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import RaceLostError
from chalicelib.store.inbox import NEW_OR_QUARANTINED, Inbox, State
from chalicelib.store.put_faults import explain_fault
from chalicelib.store.table import Part, Row

TURNS = 3  # of a put with conditions: another act of the same person at that moment is no reason to refuse it


def put_checked(inbox: Inbox, key: str, row: Row, conditions: Iterable[Part]) -> bool:
    """Keep a submission like `put_item`, in one transaction with conditions on other rows.

    Raise RaceLostError where one of them does not hold.
    """
    put = inbox.table.put_part(row, NEW_OR_QUARANTINED, quarantined=State.QUARANTINED.value)
    parts = [*conditions, put]
    for _ in range(TURNS):
        try:
            inbox.table.commit_parts(parts)
        except RaceLostError:
            held = inbox.read_item(key)
            if held is not None and held.state is not State.QUARANTINED:
                return False
        except (ClientError, BotoCoreError) as fault:
            raise explain_fault(fault) from fault
        else:
            return True
    raise RaceLostError("conditions")
