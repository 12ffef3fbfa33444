"""The page of groups: each with its rule in words and how many belong. It opens no customer."""

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words

desk = DeskBlueprint(__name__)
HERE = "/groups"


@desk.route(HERE, right=Right.NUMBERS)
def show_groups(request: DeskRequest) -> Response:
    """Show every group."""
    from chalicelib.desk.groups.rows import list_rows  # imported here: signing in reads no group
    from chalicelib.desk.times import tell_times
    from chalicelib.groups.library import list_mistakes
    from chalicelib.numbers.counting import read_counted
    from chalicelib.stats.suppression import K

    sums = read_counted(request.services)
    return show_page(
        request,
        "groups.html",
        title=find_desk_words(request.language).groups.title,
        rows=list_rows(request, sums),
        counted_at=sums.lens.now if sums else None,
        faults=list_mistakes(),
        step=K,
        exports=request.may(Right.EXPORT),
        **tell_times(request),
    )


@desk.route("/people/{customer}/groups", right=Right.PEOPLE, methods=("POST",), back="/people/{customer}")
def explain_groups(request: DeskRequest, customer: str) -> Response:
    """Show to which groups a customer belongs, and why."""
    from chalicelib.desk.groups import explaining

    return explaining.explain_groups(request, customer)
