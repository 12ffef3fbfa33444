"""The page of the audit: who opened what, when and why. Ids alone; a customer's id leads to the page that asks why."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalice import Response

from chalicelib.desk.answers import show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.people.person import PERSON
from chalicelib.desk.privacy.overview import PAGES, read_month
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.words import find_desk_words
from chalicelib.models.months import list_latest
from chalicelib.pages.dates import write_month
from chalicelib.store.audit import DESK, EVERYBODY, Access

desk = DeskBlueprint(__name__)
READ, SHOWN = 5_000, 50  # lines that one page reads, and shows
CUSTOMER = re.compile(r"[A-Za-z0-9_-]{22}")
PLACE = re.compile(r"[0-9TZ:.#a-f-]{20,60}")
Tell = Callable[[str], tuple[str, bool]]
COUNT = re.compile(r": \d+ customers$")


@dataclass(frozen=True)
class Window:
    """Lines of the audit: those that are shown, and where the older ones begin ("" where there are none)."""

    lines: tuple[Access, ...]
    older: str


@desk.route(PAGES["audit"], right=Right.STAFF)
def show_accesses(request: DeskRequest) -> Response:
    """Show the lines of a month, newest first; those of one member of staff or one reason, where that is asked for."""
    # Imported here: what explains reasons takes longer to load than the rest of the desk.
    from chalicelib.desk.privacy.access_reasons import tell_reasons

    month, who, why = read_month(request), request.asked.get("who", ""), request.asked.get("why", "")
    place = request.asked.get("before", "")
    before = place if PLACE.fullmatch(place) else ""
    read, more = request.services.audit.page_lines(month, before, READ)
    names = {each.staff_id: each.name for each in request.services.staff.list_members()}
    lines = [line for _, line in read]
    tell = tell_reasons(request)
    window = choose_lines(read, who, lambda reason: why in ("", name_reason(reason, tell)), more=more)
    actors = Counter(line.actor for line in lines)
    return show_page(
        request,
        "privacy_audit.html",
        title=find_desk_words(request.language).privacy.pages["audit"],
        window=window,
        counts=[] if before else [(names.get(each, each), count) for each, count in actors.most_common()],
        counted=len(lines) if more else 0,
        members=sorted((names.get(each, each), each) for each in actors),
        reasons=list_reasons(lines, tell),
        tell=tell,
        names=names,
        about=tell_about,
        person=PERSON,
        month=month,
        this_month=write_month(month, request.language),
        months=[(each, write_month(each, request.language)) for each in list_latest(request.now)],
        who=who,
        why=why,
        **tell_times(request),
    )


def choose_lines(read: list[tuple[str, Access]], who: str, fits: Callable[[str], bool], *, more: bool) -> Window:
    """Return the first lines by a member of staff, "" for anybody, whose reason fits."""
    fitting = [(place, line) for place, line in read if who in ("", line.actor) and fits(line.reason)]
    lines = tuple(line for _, line in fitting[:SHOWN])
    if len(fitting) > SHOWN:
        return Window(lines, fitting[SHOWN - 1][0])
    return Window(lines, read[-1][0] if more else "")


def tell_sentence(reason: str, tell: Tell) -> str:
    """Return the words of a reason, without the count that a line may have."""
    return tell(COUNT.sub("", reason))[0]


def name_reason(reason: str, tell: Tell) -> str:
    """Return the name in an address of all reasons that are told by one sentence.

    It is a hash, since the operator of a command may have typed anything.
    """
    return hashlib.sha256(tell_sentence(reason, tell).encode()).hexdigest()[:12]


def list_reasons(lines: Iterable[Access], tell: Tell) -> list[tuple[str, str]]:
    """Return the sentences that tell the reasons of some lines, each once: name and words."""
    reasons = {line.reason for line in lines}
    found = {name_reason(reason, tell): tell_sentence(reason, tell) for reason in reasons}
    return sorted(found.items(), key=lambda pair: pair[1])


def tell_about(line: Access) -> str:
    """Return what a line is about: `customer`, `everybody`, `desk` or `item`."""
    if line.customer in (EVERYBODY, DESK):
        return line.customer
    return "customer" if CUSTOMER.fullmatch(line.customer) else "item"
