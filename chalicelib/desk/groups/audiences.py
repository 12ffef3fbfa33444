"""Files of a group for an ad platform: a list (`tours/listing.py`) of hashes, of customers who agreed to that alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.privacy.overview import PAGES
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.tours import make_tour
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError, UnknownPageError
from chalicelib.store.tours import TourKind

if TYPE_CHECKING:
    from chalicelib.groups.group import Group
    from chalicelib.numbers.counting import Sums
    from chalicelib.store.audiences import LastFile

desk = DeskBlueprint(__name__)
AUDIENCE = "/groups/{group}/audience"


@desk.route(AUDIENCE, right=Right.EXPORT)
def show_audience(request: DeskRequest, group: str) -> Response:
    """Show the form that asks for a file, and when the last ones were made; raise UnknownPageError."""
    from chalicelib.data_requests.readable.names import name_purpose
    from chalicelib.desk.people.record import make_writer
    from chalicelib.desk.times import tell_times
    from chalicelib.groups.platforms import ADS, LEAST, PLATFORMS
    from chalicelib.numbers.counting import read_counted

    found, sums = find_or_miss(group), read_counted(request.services)
    forgotten = request.services.ledger.read_head().number
    last = {name: request.services.audiences.read_file(group, name) for name in PLATFORMS}
    return show_page(
        request,
        "audience.html",
        title=find_desk_words(request.language).groups.ads_title,
        group=found.name_title(request.language),
        path=f"/groups/{group}/audience",
        platforms=PLATFORMS,
        purpose=name_purpose(ADS, make_writer(request)),
        least=LEAST,
        few=is_too_small(sums, found),
        last={name: each for name, each in last.items() if each},
        stale={name for name, each in last.items() if each and is_stale(sums, forgotten, each)},
        **tell_times(request),
    )


@desk.route(AUDIENCE, right=Right.EXPORT, methods=("POST",), fresh=True, back=AUDIENCE)
def begin_audience(request: DeskRequest, group: str) -> Response:
    """Begin a file; raise UnknownPageError, InvalidSubmissionError, RaceLostError."""
    from chalicelib.groups.platforms import ADS, PLATFORMS
    from chalicelib.numbers.counting import read_counted
    from chalicelib.tours.listing import name_goal
    from chalicelib.tours.steps import begin_tour

    found, platform = find_or_miss(group), request.form.get("platform", "")
    if platform not in PLATFORMS:
        raise InvalidSubmissionError({"platform": "invalid"})
    if is_too_small(read_counted(request.services), found):
        raise InvalidSubmissionError({"group": "invalid"})
    tour = make_tour(request, TourKind.LIST, platform, purpose=ADS, group=group)
    begin_tour(tour, f"{name_goal(platform)}, looked for", [request.require_me()], request.services)
    return lead_to(f"{PAGES['list']}/{tour.id}")


def find_or_miss(name: str) -> Group:
    """Return a group; raise UnknownPageError."""
    from chalicelib.groups.library import find_group

    group = find_group(name)
    if group is None:
        raise UnknownPageError("There is no such group.")
    return group


def is_too_small(sums: Sums | None, group: Group) -> bool:
    """Return whether the latest count says that too few agreed; one that was not counted is judged while it is made."""
    from chalicelib.groups.platforms import LEAST
    from chalicelib.numbers.memberships import is_counted

    if sums is None or not is_counted(group, sums.lens):
        return False
    return sums.tally.count("group", group.name, group.edition, "ads") < LEAST


def is_stale(sums: Sums | None, forgotten: int, last: LastFile) -> bool:
    """Return whether somebody was forgotten since a file, or, by the latest count, may be in none any more.

    `forgotten` is the number of the last erasure.
    """
    from chalicelib.groups.platforms import ADS

    moments = sums.tally.counts("ended", ADS) if sums else {}
    return forgotten > last.erasures or any(moment >= f"{last.made:%Y-%m-%dT%H:%M}" for moment in moments)
