"""The page of retention: what was deleted by itself, and a count of what would be deleted now."""

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.privacy.overview import PAGES
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.tours import find_tour, make_tour, show_tour
from chalicelib.desk.words import find_desk_words
from chalicelib.models.months import list_latest
from chalicelib.pages.dates import write_month
from chalicelib.store.tours import Tour, TourKind

desk = DeskBlueprint(__name__)
HERE, COUNTING = PAGES["retention"], "/privacy/retention/{tour}"


@desk.route(HERE, right=Right.STAFF)
def show_retention(request: DeskRequest) -> Response:
    """Show what was deleted in which month, and how many customers are looked at within a day."""
    from chalicelib.today.work import count_reviews

    services = request.services
    gone = services.retention_counts.read_months(list_latest(request.now))
    return show_page(
        request,
        "privacy_retention.html",
        title=find_desk_words(request.language).privacy.pages["retention"],
        reviews=count_reviews(services, request.now),
        gone=[(write_month(month, request.language), counts) for month, counts in gone.items()],
    )


@desk.route(HERE, right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def begin_counting(request: DeskRequest) -> Response:
    """Begin to count what would be deleted now; raise RaceLostError."""
    from chalicelib.retention.forecast import REASON
    from chalicelib.tours.steps import begin_tour

    tour = make_tour(request, TourKind.RETENTION)
    begin_tour(tour, REASON, [request.require_me()], request.services)
    return lead_to(f"{HERE}/{tour.id}")


@desk.route(COUNTING, right=Right.STAFF)
def show_counting(request: DeskRequest, tour: str) -> Response:
    """Count some more, and show how far it is; raise UnknownPageError for another session's."""
    from chalicelib.retention.forecast import count_people
    from chalicelib.store.retention_counts import Kind
    from chalicelib.tours.steps import Met, go_on

    def meet(_: Tour, ids: list[str]) -> Met:
        return Met(count_people(ids, request.services, request.now))

    found = find_tour(request, tour, TourKind.RETENTION)
    found = go_on(found, meet, lambda _: [], [request.require_me()], request.services)
    say = find_desk_words(request.language).privacy
    title = say.kept.would if found.over else say.walking
    return show_tour(request, found, "privacy_counting.html", title=title, kinds=list(Kind))
