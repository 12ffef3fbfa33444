"""The pages of forms and senders: where data comes in, when each sender last delivered, how to connect and test it."""

from datetime import UTC, datetime, timedelta

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.words import find_desk_words

desk = DeskBlueprint(__name__)
HERE, SENDER = "/connections", "/connections/{sender}"
EVERY, LONGEST = 5, timedelta(minutes=10)  # seconds from one look to the next; how long a page waits for a test
OLDEST = timedelta(hours=1)  # the page's address says when the wait began; after this long the wait begins anew


@desk.route(HERE, right=Right.NUMBERS)
def show_connections(request: DeskRequest) -> Response:
    """Show every form, and every sender with its last delivery."""
    from chalicelib.desk.connections.listed import list_forms, list_senders

    return show_page(
        request,
        "connections.html",
        title=find_desk_words(request.language).connections.title,
        forms=list_forms(request),
        senders=list_senders(request),
        sets_up=request.may(Right.STAFF),
        **tell_times(request),
    )


@desk.route(SENDER, right=Right.STAFF)
def show_sender(request: DeskRequest, sender: str) -> Response:
    """Show how to connect a sender, and whether its secret is on file; nobody at the desk can read it."""
    from chalicelib.desk.connections.listed import find_sender

    found, states = find_sender(request, sender), request.services.secret_states.list_set()
    return show_page(
        request,
        "sender.html",
        title=found.title,
        sender=found,
        secret_known=states is not None,
        secret_at=states[sender].isoformat() if states and sender in states else "",
        **tell_times(request),
    )


@desk.route("/connections/{sender}/test", right=Right.STAFF)
def wait_for_test(request: DeskRequest, sender: str) -> Response:
    """Wait for a delivery with a valid signature; the page looks again by itself, by a header."""
    from chalicelib.desk.connections.listed import find_sender

    found, since = find_sender(request, sender), read_since(request)
    if since is None:
        return lead_to(f"{HERE}/{found.name}/test", since=str(int(request.now.timestamp())))
    outcome = found.judge(since)
    if outcome == "waiting" and request.now - since > LONGEST:
        outcome = "ended"
    answer = show_page(
        request,
        "sender_test.html",
        title=found.title,
        sender=found,
        outcome=outcome,
        since=since,
        **tell_times(request),
    )
    if outcome in ("waiting", "failed") and request.now - since <= LONGEST:
        answer.headers["Refresh"] = str(EVERY)
    return answer


def read_since(request: DeskRequest) -> datetime | None:
    """Return when the page began to wait, or None for a time that it cannot have begun at."""
    text = request.asked.get("since", "")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    since = datetime.fromtimestamp(int(text), UTC)
    return since if timedelta(0) <= request.now - since < OLDEST else None
