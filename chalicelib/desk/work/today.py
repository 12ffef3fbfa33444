"""The page Today: the day's work, each entry with the act beside it. It shows ids and counts, and opens no record."""

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.people.person import PERSON
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import RaceLostError
from chalicelib.models import Submission
from chalicelib.models.numbers import write_number

desk = DeskBlueprint(__name__)
HERE = "/today"


@desk.route(HERE, right=Right.PEOPLE)
def show_today(request: DeskRequest) -> Response:
    """Show what waits."""
    return show_work(request)


def show_work(request: DeskRequest, done: str = "") -> Response:
    """Return the page; `done` names what was done just now."""
    from chalicelib.desk.connections.listed import name_sender
    from chalicelib.today.waiting import RELEASABLE, WHYS
    from chalicelib.today.work import gather_work

    say = find_desk_words(request.language).today
    return show_page(
        request,
        "today.html",
        title=say.title,
        status=422 if done == "unknown" else 200,
        done=say.done[done] if done else "",
        work=gather_work(request.services, request.now),
        releasable=RELEASABLE,
        whys=WHYS,
        person=PERSON,
        write_number=write_number,
        name_sender=name_sender,
        this_month=f"{request.now:%Y-%m}",
        **tell_times(request),
    )


@desk.route("/today/requests/{request_id}/close", right=Right.PEOPLE, methods=("POST",), back=HERE)
def close_request(request: DeskRequest, request_id: str) -> Response:
    """Close a request that staff have answered; raise RaceLostError for one that waits no more."""
    from chalicelib.today.requests import close_requests

    row = request.services.requests.read_row(request.form.get("customer", ""), request_id)
    if not close_requests([row] if row else [], request.services, request.actor, request.now):
        raise RaceLostError(request_id)
    return show_work(request, "closed")


@desk.route("/today/lift", right=Right.PEOPLE, methods=("POST",), back=HERE)
def lift_restriction(request: DeskRequest) -> Response:
    """End a restriction, as the customer asked: the audit has its line before the submission is accepted."""
    from chalicelib.desk.entries.keeping import accept_entry  # imported here: the page itself seals nothing
    from chalicelib.today.requests import LIFTED, lift_person

    def accept(said: Submission) -> bool:
        return accept_entry(request, said)[1]

    email = request.form.get("email", "")
    lifted = lift_person(email, request.services, request.actor, accept, reason=LIFTED, now=request.now)
    return show_work(request, "lifted" if lifted else "unknown")
