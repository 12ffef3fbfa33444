"""Lists of customers to download: asked for, made a page at a time, downloaded, deleted.

The audit has a line for everybody before the first record is opened, one for each customer on the list, and one with
the count and the goal.
"""

from chalice import Response

from chalicelib.desk.answers import HEADERS, lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.privacy.overview import PAGES
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.tours import find_tour, make_key, make_tour, show_tour
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError, UnknownPageError
from chalicelib.models import utc_text
from chalicelib.shop.purposes import choose_text, load_purposes
from chalicelib.store.tours import LASTS, Tour, TourKind

desk = DeskBlueprint(__name__)
HERE, LIST = PAGES["list"], "/privacy/lists/{tour}"
GOALS = ("tool", "books", "move", "other")
CHOSEN = ("name", "email")  # ticked when the page opens


@desk.route(HERE, right=Right.EXPORT)
def show_lists(request: DeskRequest) -> Response:
    """Show the form that asks for a list."""
    return show_form(request)


def show_form(request: DeskRequest, done: str = "") -> Response:
    """Return the page; `done` names what was done just now."""
    from chalicelib.groups.library import list_groups
    from chalicelib.tours.listing import COLUMNS, list_asked

    say, known = find_desk_words(request.language).privacy, load_purposes().purposes
    return show_page(
        request,
        "privacy_lists.html",
        title=say.pages["list"],
        done=say.done[done] if done else "",
        columns=COLUMNS,
        chosen=CHOSEN,
        groups=[(group.name, group.name_title(request.language)) for group in list_groups()],
        group=request.asked.get("group", ""),
        goals=[(goal, say.list.goals[goal]) for goal in GOALS],
        agreed=[
            (name, say.list.agreed.format(purpose=choose_text(known[name].title, request.language)))
            for name in list_asked()
        ],
    )


@desk.route(HERE, right=Right.EXPORT, methods=("POST",), fresh=True, back=HERE, many=True)
def begin_list(request: DeskRequest) -> Response:
    """Begin a list; raise InvalidSubmissionError, RaceLostError."""
    from chalicelib.tours.listing import name_goal
    from chalicelib.tours.steps import begin_tour

    tour = read_order(request)
    begin_tour(tour, f"{name_goal(tour.goal)}, looked for", [request.require_me()], request.services)
    return lead_to(f"{HERE}/{tour.id}")


def read_order(request: DeskRequest) -> Tour:
    """Return the list that a form asks for; raise InvalidSubmissionError."""
    from chalicelib.groups.library import find_group
    from chalicelib.tours.listing import COLUMNS, list_asked

    asked, form = {value for name, value in request.pairs if name == "columns"}, dict(request.pairs)
    columns = tuple(name for name in COLUMNS if name in asked)
    purpose, goal, group = (form.get(name, "") for name in ("purpose", "goal", "group"))
    right = {
        "columns": columns and asked <= set(COLUMNS),
        "purpose": purpose in ("", *list_asked()),
        "goal": goal in GOALS,
        "group": not group or find_group(group) is not None,
    }
    if faults := {name: "invalid" for name, holds in right.items() if not holds}:
        raise InvalidSubmissionError(faults)
    return make_tour(request, TourKind.LIST, goal, columns=columns, purpose=purpose, group=group)


@desk.route(LIST, right=Right.EXPORT)
def show_list(request: DeskRequest, tour: str) -> Response:
    """Make some more of a list, and show how far it is; raise UnknownPageError for another session's."""
    from chalicelib.groups.platforms import LEAST
    from chalicelib.tours.hashes import is_hashed, is_too_few
    from chalicelib.tours.listing import Listing, count_files
    from chalicelib.tours.steps import go_on

    found = find_tour(request, tour, TourKind.LIST)
    listing = Listing(request.services, make_key(request, tour), request.now)
    found = go_on(found, listing.meet, listing.finish, [request.require_me()], request.services)
    say = find_desk_words(request.language).privacy
    title = say.list.ready if found.over else say.list.making
    until = utc_text(found.made + LASTS)
    files = range(1, count_files(found) + 1)
    shown = {"files": files, "until": until, "hashed": is_hashed(found), "few": is_too_few(found), "least": LEAST}
    return show_tour(request, found, "privacy_list.html", title=title, **shown, **tell_times(request))


@desk.route(LIST + "/file", right=Right.EXPORT, methods=("POST",), fresh=True, back=LIST)
def give_file(request: DeskRequest, tour: str) -> Response:
    """Return one file of a list; raise UnknownPageError for one that is not there, or not whole yet."""
    from chalicelib.tours.listing import Listing, count_files

    found, number = find_tour(request, tour, TourKind.LIST), request.form.get("number", "")
    if not found.over or number not in {str(each) for each in range(1, count_files(found) + 1)}:
        raise UnknownPageError("There is no such file.")
    text = Listing(request.services, make_key(request, tour), request.now).write_file(found, int(number))
    name = f"{name_file(found)}-{request.now:%Y-%m-%d}-{number}.csv"
    kept = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.decode(), status_code=200, headers={**HEADERS, **kept})


@desk.route(LIST + "/delete", right=Right.EXPORT, methods=("POST",), back=HERE)
def delete_list(request: DeskRequest, tour: str) -> Response:
    """Delete a list before its hour is over."""
    request.services.tours.end_tour(find_tour(request, tour, TourKind.LIST))
    return show_form(request, "deleted")


def name_file(tour: Tour) -> str:
    """Return what a file is called: one for an ad platform by its group and platform."""
    from chalicelib.tours.hashes import is_hashed

    return f"{tour.group}-{tour.goal}" if is_hashed(tour) else "customers"
