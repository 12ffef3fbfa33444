"""The page of erasures: who was forgotten when, by ids alone, and whether the ledger is whole, checked now."""

from datetime import datetime

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.privacy.overview import PAGES, read_month
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.words import find_desk_words
from chalicelib.pages.dates import write_month

desk = DeskBlueprint(__name__)


@desk.route(PAGES["erasures"], right=Right.STAFF)
def show_ended(request: DeskRequest) -> Response:
    """Show the erasures of a month, those under way, and the state of the ledger."""
    # Imported here: signing in needs neither.
    from chalicelib.erasure.overview import read_overview
    from chalicelib.store.requests import ANSWER_WITHIN

    services, month = request.services, read_month(request)
    found = read_overview(month, services.door_parameters.read_receipt_key(request.now), services)
    return show_page(
        request,
        "privacy_erasures.html",
        title=find_desk_words(request.language).privacy.pages["erasures"],
        found=found,
        total=sum(found.months.values()),
        month=month,
        this_month=write_month(month, request.language),
        months=[(each, write_month(each, request.language)) for each in dict.fromkeys((month, *found.months))],
        more=found.months.get(month, 0) - len(found.entries),
        read=datetime.fromisoformat,
        within=ANSWER_WITHIN,
        **tell_times(request),
    )
