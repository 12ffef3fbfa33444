"""What staff do with an item that waits in the inbox: look at it, masked; release it; delete it."""

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.words import find_desk_words
from chalicelib.desk.work.today import HERE, show_work
from chalicelib.errors import InvalidSubmissionError, RaceLostError, SealBrokenError
from chalicelib.forms.interface import find_interface
from chalicelib.models.numbers import write_number

desk = DeskBlueprint(__name__)
MOST_VALUES, LONGEST_NAME = 100, 80  # values of an item that are shown, signs of the place of one


@desk.route("/today/items/{item}/look", right=Right.PEOPLE, methods=("POST",), back=HERE)
def look_at_item(request: DeskRequest, item: str) -> Response:
    """Show what an item says, masked; the audit has its line first."""
    from chalicelib.today.look import look_at
    from chalicelib.today.waiting import DELETABLE, RELEASABLE, WHYS

    found = request.services.inbox.read_item(item)
    if found is None or not found.sealed or found.state not in DELETABLE:
        raise RaceLostError(item)
    try:
        seen = look_at(found, request.services, request.actor, "looked at a waiting item: to judge it", request.now)
    except SealBrokenError:
        seen = None
    values = seen.values if seen else ()
    return show_page(
        request,
        "today_item.html",
        title=find_desk_words(request.language).today.look_title,
        item=found,
        seen=seen,
        values=[(name[:LONGEST_NAME], mask_value(value, request)) for name, value in values[:MOST_VALUES]],
        more=max(0, len(values) - MOST_VALUES),
        releasable=RELEASABLE,
        whys=WHYS,
        write_number=write_number,
        **tell_times(request),
    )


def mask_value(value: str, request: DeskRequest) -> str:
    """Return the first sign of a value and its length."""
    say = find_desk_words(request.language).today
    length = find_interface(request.language).write_number(len(value))
    return say.masked.format(first=value[0], n=length) if value else say.empty


@desk.route("/today/items/{item}/release", right=Right.PEOPLE, methods=("POST",), back=HERE)
def release_item(request: DeskRequest, item: str) -> Response:
    """Send an item back: the sweeper settles it within a minute. Raise RaceLostError for one that waits no more."""
    from chalicelib.today.waiting import release_waiting

    if not release_waiting(request.services, item, request.actor, request.now):
        raise RaceLostError(item)
    return show_work(request, "released")


@desk.route("/today/items/{item}/delete", right=Right.PEOPLE, methods=("POST",), fresh=True, back=HERE)
def delete_item(request: DeskRequest, item: str) -> Response:
    """Delete an item, with the reason; raise RaceLostError for one that waits no more."""
    from chalicelib.today.waiting import WHYS, delete_waiting

    why = request.form.get("why", "")
    if why not in WHYS:
        raise InvalidSubmissionError({"why": "invalid"})
    if not delete_waiting(request.services, item, why, request.actor, request.now):
        raise RaceLostError(item)
    return show_work(request, "deleted")
