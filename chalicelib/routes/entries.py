"""The link of a mail that confirms a pre-order or a warranty card: shows which one it is, and withdraws it.

    GET, POST /entries/{token}    asks; withdraws the entry, and for a correction leads to the form

The page knows the entry's number and its form's title alone. Whether the entry can still be withdrawn stands in a row
of its own beside the link, which settling writes.
"""

from functools import partial

from chalice import Blueprint, Response
from chalice.app import ChaliceViewError

from chalicelib.errors import DefinitionError, TryAgainLaterError
from chalicelib.forms.definition import Form
from chalicelib.forms.library import find_form
from chalicelib.models.numbers import write_number
from chalicelib.pages.entry_page import render_entry, render_over
from chalicelib.pages.link_pages import render_later, render_notice
from chalicelib.routes.http import ANY, SHOWN
from chalicelib.routes.link_request import PRIVATE, LinkRequest, read_post, show_page, with_link
from chalicelib.routes.origins import read_site
from chalicelib.senders.link import withdraw_entry
from chalicelib.store.links import WITHDRAWN, Link, LinkKind

entries = Blueprint(__name__)
with_entry_link = partial(with_link, entries, LinkKind.ENTRY, gone=partial(render_notice, name="gone"))


@entries.route("/entries/{token}", methods=SHOWN, content_types=ANY)
@with_entry_link()
def show_entry(request: LinkRequest, link: Link) -> Response:
    """Show which entry it is, and two buttons; or why it cannot be withdrawn any more."""
    over = request.door.links.read_over(request.token)
    return close_page(request, link, over) if over else ask_page(request, link)


@entries.route("/entries/{token}", methods=["POST"], content_types=ANY)
@with_entry_link(later=partial(render_later, again="entry"))
def receive_entry(request: LinkRequest, link: Link) -> Response:
    """Withdraw the entry, once; a correction is then typed into the form anew."""
    try:
        answer = dict(read_post(request)).get("answer")
    except TryAgainLaterError:
        raise
    except ChaliceViewError as refusal:
        return ask_page(request, link, refusal.STATUS_CODE)
    if answer not in ("withdraw", "correct"):
        return ask_page(request, link, 422)
    over = request.door.links.read_over(request.token)
    if over and not (over == WITHDRAWN and answer == "correct"):
        return close_page(request, link, over)
    request.door.accept(withdraw_entry(link, request.name, request.now))
    form = read_form(link)
    if answer == "correct" and form:
        site = read_site(request.door.settings.public_url)
        address = f"{site}/forms/{form.name}?lang={form.choose_language(request.language)}"
        return Response("", status_code=303, headers={**PRIVATE, "Location": address})
    return close_page(request, link, WITHDRAWN)


def ask_page(request: LinkRequest, link: Link, status: int = 200) -> Response:
    """Return the page with the buttons."""
    form = read_form(link)
    page = render_entry(request.context, write_number(link.entry), form.title[request.language] if form else "")
    return show_page(request, page, status)


def close_page(request: LinkRequest, link: Link, over: str) -> Response:
    """Return the page of an entry that was withdrawn or shipped."""
    return show_page(request, render_over(request.context, write_number(link.entry), over))


def read_form(link: Link) -> Form | None:
    """Return the form that an entry came by, or None: another sender's, gone, or with a mistake in its file."""
    try:
        return find_form(link.form)
    except DefinitionError:
        return None
