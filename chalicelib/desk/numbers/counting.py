"""The count that staff ask for: the walk over everybody, some customers at each look at the page.

It is the walk of each night, with all that it makes. Where the page is closed, the scheduled function goes on with it.
"""

import time

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.numbers.numbers import COUNT, HERE
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.errors import RaceLostError
from chalicelib.services import Services
from chalicelib.store.audit import EVERYBODY

desk = DeskBlueprint(__name__)
STEP = 1.5  # seconds; a step ends with the batch during which they are over
WAIT = "1"  # seconds from one step to the next
DIGITS = 7  # of the number that the address carries


@desk.route(COUNT, right=Right.PEOPLE, methods=("POST",), back=HERE)
def begin_count(request: DeskRequest) -> Response:
    """Ask for a count, with a line in the audit. Where one is under way it goes on, and no second one follows it."""
    from chalicelib.numbers.counting import REASON

    services = request.services
    parts = [] if services.walks.read_row().is_open else [services.walks.ask_walk(request.now)]
    request.actor.commit_noted(services, EVERYBODY, REASON, request.now, parts)
    return lead_to(COUNT, of=str(measure_crowd(services)))


@desk.route(COUNT, right=Right.PEOPLE)
def show_count(request: DeskRequest) -> Response:
    """Meet the next customers and show how far the count is; lead to the numbers once it is over."""
    from chalicelib.telling.words import find_number_words

    most, busy = read_most(request), False
    try:
        met = take_step(request)
    except RaceLostError:  # another tab, or the scheduled function, took this step
        met, busy = 0, True
    if met is None:
        return lead_to(HERE)
    say, address = find_number_words(request.language), f"{COUNT}?of={most}"
    answer = show_page(
        request,
        "count.html",
        title=say.frame.going_title,
        figures=say,
        met=met,
        most=most,
        busy=busy,
        address=address,
        numbers_path=HERE,
    )
    answer.headers["Refresh"] = f"{WAIT}; url={address}"
    return answer


def take_step(request: DeskRequest) -> int | None:
    """Meet customers for a moment; return how many this walk met so far, None once no walk is asked for or open.

    Raise RaceLostError, KeyUnavailableError.
    """
    from chalicelib.fold.run import list_consumers
    from chalicelib.fold.walk import walk_people

    services = request.services
    row = services.walks.read_row()
    if not row.is_open and row.began_at >= services.walks.read_asked():
        return None
    counts = walk_people(services, list_consumers(services), request.now, time.monotonic() + STEP)
    return None if counts["over"] else counts["met"]


def measure_crowd(services: Services) -> int:
    """Return about how many customers there are: those of the latest count, or 0 for too many to count before it."""
    from chalicelib.numbers.counting import read_counted

    counted = read_counted(services)
    if counted is None:
        return services.retention_queue.count_all()
    return counted.tally.count("people") + counted.tally.count("restricted")


def read_most(request: DeskRequest) -> int:
    """Return the measure that the address carries, 0 for none."""
    asked = request.asked.get("of", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= DIGITS else 0
