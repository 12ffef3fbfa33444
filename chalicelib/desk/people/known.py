"""A write about a customer who may be forgotten meanwhile."""

from collections.abc import Iterable

from chalicelib.desk.request import DeskRequest
from chalicelib.errors import RaceLostError, UnknownPageError
from chalicelib.store.parts import Part


def commit_known(request: DeskRequest, customer_id: str, parts: Iterable[Part]) -> None:
    """Write parts while the member of staff is still there and the customer is not forgotten.

    Raise UnknownPageError for a customer who is not known or was forgotten, RaceLostError where another part failed.
    """
    services = request.services
    try:
        services.table.commit_parts([request.require_me(), services.keys.check_key(customer_id), *parts])
    except RaceLostError:
        if services.keys.has_key(customer_id):
            raise
        raise UnknownPageError("There is no such customer.") from None
