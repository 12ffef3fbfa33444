"""A person's page: noted in the audit first, then read and shown."""

import secrets
from collections.abc import Iterable, Mapping

from chalice import Response

from chalicelib.data_requests.glance import Glance, list_sections, read_glance
from chalicelib.data_requests.readable.chapters import list_chapters
from chalicelib.data_requests.readable.names import name_purpose
from chalicelib.data_requests.readable.parts import Chapter
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.data_requests.sensitive import count_sensitive, hide_sensitive
from chalicelib.data_requests.values import Row
from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.people.act_forms import show_acts
from chalicelib.desk.people.askable import list_askable
from chalicelib.desk.people.friends import FriendsOf, tell_friends
from chalicelib.desk.people.head import read_head
from chalicelib.desk.people.known import commit_known
from chalicelib.desk.people.needs import Next, find_next, read_shelf
from chalicelib.desk.people.reasons import LOOKED
from chalicelib.desk.people.summary import find_months, list_notes, list_open_orders, list_warranties
from chalicelib.desk.privacy.access_reasons import tell_reasons
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import UnknownPageError
from chalicelib.forms.interface import find_interface
from chalicelib.models import ConsentState
from chalicelib.shop.ages import is_minor
from chalicelib.shop.brand import name_shop


def open_record(request: DeskRequest, customer_id: str, reason: str) -> Response:
    """Note that a record is opened, then show it.

    Raise UnknownPageError for an id of nobody, RaceLostError where the note cannot be written.
    """
    note_opening(request, customer_id, reason)
    return show_again(request, customer_id, "")


def show_again(
    request: DeskRequest,
    customer_id: str,
    done: str,
    *,
    again: bool = False,
    changed: Iterable[str] = (),
    sensitive: bool = False,
) -> Response:
    """Show a record whose opening is noted; `done` names what was just done to it, or is "".

    `again` tells that it was done before, by the same form; `changed` are labels of details that were changed;
    `sensitive` says that sensitive answers are shown too.

    Raise UnknownPageError for one that was forgotten meanwhile.
    """
    glance = read_glance(customer_id, request.services, request.now)
    if glance is None:
        raise UnknownPageError("There is no such customer.")
    if glance.person.joined:
        return lead_to(f"/people/{glance.person.joined}")
    return show_glance(request, glance, tell_done(request, done, changed, again=again), sensitive=sensitive)


def show_sensitive(request: DeskRequest, customer_id: str) -> Response:
    """Note that sensitive answers are looked at, then show the record with them; raise as `open_record` does."""
    note_opening(request, customer_id, LOOKED)
    return show_again(request, customer_id, "", sensitive=True)


def note_opening(request: DeskRequest, customer_id: str, reason: str) -> None:
    """Write the line of the audit, while the member of staff is still there and the customer is not forgotten."""
    commit_known(request, customer_id, [request.note_opening(customer_id, reason)])


def tell_done(request: DeskRequest, done: str, changed: Iterable[str], *, again: bool) -> str:
    """Return the sentences about what was just done, "" where nothing was."""
    words, between = find_desk_words(request.language), find_interface(request.language).between
    said = [words.person.done.get(done) or words.acts.done.get(done, "")]
    if fields := between.join(changed):
        said.append(words.acts.changed.format(fields=fields))
    return " ".join([*said, *([words.counter.once] if again else [])])


def make_writer(request: DeskRequest) -> Writer:
    """Return what writes values of a record in the page's language and the shop's time zone."""
    shop = name_shop(request.services.settings, request.language)
    return Writer(request.language, shop, request.services.zone)


def show_glance(request: DeskRequest, glance: Glance, done: str, *, sensitive: bool) -> Response:
    """Return the page of a person who was read, with or without sensitive answers."""
    services, profile = request.services, glance.person.profile
    writer = make_writer(request)
    words, tell = find_desk_words(request.language), tell_reasons(request)
    say, sections = words.person, list_sections(glance, services, request.now)
    shown, row = sections if sensitive else hide_sensitive(sections), sections["person"][0]
    months = find_months(services.campaigns)
    return show_page(
        request,
        "person.html",
        title=profile.text("name") or say.unnamed,
        own=writer.words,
        customer_id=glance.person.id,
        done=done,
        asked=show_acts(request, profile, request.now.astimezone(writer.zone).date()),
        askable=list_askable(profile, request),
        joined=glance.join if glance.join and request.now <= glance.join.until else None,
        write_day=writer.write_moment_day,
        submission=secrets.token_urlsafe(16),
        head=read_head(glance, row, writer, words.head, request.now),
        next=show_next(request, glance, writer, restricted=bool(row["restricted"])),
        friends=show_friends(request, glance, row),
        notes=list_notes(glance, writer),
        open_orders=list(list_open_orders(glance, writer)),
        warranties=list(list_warranties(glance, months, request.now.astimezone(writer.zone).date(), writer)),
        chapters=name_chapters(list_chapters(shown, writer), say.chapters),
        hidden=0 if sensitive else count_sensitive(sections),
        orders_left=glance.orders_left,
        consents=[
            (purpose, name_purpose(purpose, writer))
            for purpose, consent in sorted(profile.consents.items())
            if consent.state is not ConsentState.WITHDRAWN
        ],
        openings=[
            (writer.write_time(line.at), name or line.actor, tell(line.reason)[0]) for line, name in glance.openings
        ],
    )


def show_next(request: DeskRequest, glance: Glance, writer: Writer, *, restricted: bool) -> Next:
    """Return what the customer probably needs next; nothing of a child, nor of who restricted their data."""
    if restricted or is_minor(glance.person.profile.ages, request.now):
        return Next()
    shelf = read_shelf(request.services, glance.counted_at)
    if shelf is None:
        return Next()
    say, words = find_desk_words(request.language).head, find_interface(request.language)
    return find_next(glance, shelf, request.now.astimezone(writer.zone).date(), say, words)


def show_friends(request: DeskRequest, glance: Glance, row: Row) -> FriendsOf | None:
    """Return what is said of friends; nothing of a child, nor of who restricted their data."""
    if row["restricted"] or is_minor(glance.person.profile.ages, request.now):
        return None
    return tell_friends(row, find_desk_words(request.language).friends, find_interface(request.language))


def name_chapters(chapters: list[Chapter], titles: Mapping[str, str]) -> list[Chapter]:
    """Return the chapters under the titles that staff read; what the customer's own copy hints at is left out."""
    return [Chapter(each.name, titles[each.name], (), each.groups) for each in chapters if each.groups]
