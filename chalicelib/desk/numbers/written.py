"""What customers wrote beside their score: gathered by a tour, read and searched for an hour.

It opens every customer's record, so it asks for the right to open people and for the passkey, and the audit has a line
for everybody before the first one is opened, and one for each customer whose words are gathered. What is looked for is
posted, and stands in no address.
"""

from chalice import Response

from chalicelib.desk.answers import lead_to
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.numbers.numbers import HERE as NUMBERS
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.tours import find_tour, make_key, make_tour, show_tour
from chalicelib.models import utc_text
from chalicelib.store.tours import LASTS, Tour, TourKind

desk = DeskBlueprint(__name__)
BACK, BEGIN, WORDS = f"{NUMBERS}/satisfaction", "/words", "/words/{tour}"
MOST_SHOWN, LONGEST = 200, 100  # texts on the page; characters of what is looked for


@desk.route(BEGIN, right=Right.PEOPLE, methods=("POST",), fresh=True, back=BACK)
def begin_words(request: DeskRequest) -> Response:
    """Begin to gather; raise RaceLostError."""
    from chalicelib.tours.scored import REASON
    from chalicelib.tours.steps import begin_tour

    tour = make_tour(request, TourKind.WORDS)
    begin_tour(tour, f"{REASON}, looked for", [request.require_me()], request.services)
    return lead_to(f"{BEGIN}/{tour.id}")


@desk.route(WORDS, right=Right.PEOPLE)
def gather_words(request: DeskRequest, tour: str) -> Response:
    """Gather some more, and show how far it is, or what was gathered; raise UnknownPageError for another session's."""
    return show_words(request, find_tour(request, tour, TourKind.WORDS), "", "")


@desk.route(WORDS, right=Right.PEOPLE, methods=("POST",), back=BACK)
def search_words(request: DeskRequest, tour: str) -> Response:
    """Show what fits; raise UnknownPageError for another session's."""
    group, word = request.form.get("group", ""), request.form.get("word", "")[:LONGEST]
    return show_words(request, find_tour(request, tour, TourKind.WORDS), group, word)


def show_words(request: DeskRequest, tour: Tour, group: str, word: str) -> Response:
    """Return the page of a tour."""
    from chalicelib.forms.library import list_named
    from chalicelib.numbers.lens import list_scales
    from chalicelib.telling.numbers import find_teller
    from chalicelib.tours import scored
    from chalicelib.tours.steps import go_on

    services, teller = request.services, find_teller(request.language)
    forms = list_named()
    scales, questions = list_scales(forms), scored.list_questions(forms)
    gathering = scored.Scored(services, make_key(request, tour.id), request.now, scales, questions)
    tour = go_on(tour, gathering.meet, lambda _: [], [request.require_me()], services)
    kept = gathering.read_kept(tour) if tour.over else []
    fitting = scored.search_words(kept, group, word)
    say = teller.write.say.why
    return show_tour(
        request,
        tour,
        "words.html",
        title=say.title if tour.over else say.going,
        why=say,
        back=BACK,
        to_numbers=teller.write.say.titles["satisfaction"],
        found=fitting[:MOST_SHOWN],
        counts={"kept": len(kept), "fitting": len(fitting), "shown": min(len(fitting), MOST_SHOWN)},
        asked={"group": group, "word": word},
        groups=scored.GROUPS,
        until=utc_text(tour.made + LASTS),
        **tell_times(request),
    )


@desk.route(WORDS + "/delete", right=Right.PEOPLE, methods=("POST",), back=BACK)
def delete_words(request: DeskRequest, tour: str) -> Response:
    """Delete what was gathered before its hour is over."""
    request.services.tours.end_tour(find_tour(request, tour, TourKind.WORDS))
    return lead_to(BACK)
