"""The requests that wait for staff, as a page lists them: counted, and the first ones read as one batch."""

from chalicelib.runs import read_each
from chalicelib.store.requests import STAFFS, RequestRow, RequestRows, load_request, name_queue, tell_request


def list_first(rows: RequestRows, shown: int, counted: int) -> tuple[list[RequestRow], int]:
    """Return the first requests of the queue of staff, and how many it has, counted up to `counted`.

    One that cannot be read, or waits no more (the index lags), is left out.
    """
    keys = list(rows.table.list_queue(STAFFS, "9999", counted))
    first = [{"pk": key["pk"], "sk": key["sk"]} for key in keys[:shown]]
    read = read_each(rows.table.read_items(first), load_request, name="request", tell=tell_request)
    found = [row for row in read if name_queue(row.state) == STAFFS]
    return found, len(keys) - len(first) + len(found)
