"""The page that counts what the running campaigns would send in the next 90 days, some customers at a time.

Counting opens every record, so it begins with a post and a line in the audit. Each look at the page then takes one
step: the page refreshes itself by a header, and needs no script.
"""

from datetime import datetime, timedelta

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import RaceLostError
from chalicelib.store.audit import EVERYBODY
from chalicelib.store.forecasts import Forecast

desk = DeskBlueprint(__name__)
HERE = "/forecast"
WAIT = "1"  # seconds from one step to the next
LONGEST = timedelta(hours=1)  # from the line in the audit to the last step


@desk.route(HERE, right=Right.PEOPLE)
def show_forecast(request: DeskRequest) -> Response:
    """Show the member's own count: begun by them, under way, or over; take a step of one that is under way."""
    from chalicelib.desk.running.counting import list_tables, take_step

    found = read_own(request)
    if found is not None and not found.over:
        try:
            found = take_step(found, request)
        except RaceLostError:  # another tab took this step, or the member works here no more
            found = read_own(request)
    answer = show_page(
        request,
        "forecast.html",
        title=find_desk_words(request.language).forecast.title,
        forecast=found,
        tables=list_tables(found, request) if found is not None and found.over else [],
        **tell_times(request),
    )
    if found is not None and not found.over:
        answer.headers["Refresh"] = f"{WAIT}; url={HERE}"
    return answer


@desk.route(HERE, right=Right.PEOPLE, methods=("POST",), back=HERE)
def begin_forecast(request: DeskRequest) -> Response:
    """Begin a count, in place of the member's earlier one; the audit has its line first."""
    services = request.services
    begun = services.forecasts.begin_forecast(request.me.staff_id, services.retention_queue.count_all(), request.now)
    reason = "forecast: what campaigns would do"
    request.actor.commit_noted(services, EVERYBODY, reason, request.now, [begun])
    return lead_to(HERE)


def read_own(request: DeskRequest) -> Forecast | None:
    """Return the member's own count, or None: one that is not over goes on within an hour of its line in the audit."""
    found = request.services.forecasts.read_forecast(request.me.staff_id, request.now)
    if found is None or found.over:
        return found
    return found if request.now - datetime.fromisoformat(found.at) <= LONGEST else None
