"""The Devices page: the shop's tills, when each called last, a link for a new one, and the button for a lost one."""

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.signing.invite import check_name
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import InvalidSubmissionError, UnknownPageError
from chalicelib.store.parts import Part
from chalicelib.store.tills import Till, make_device_id, make_device_token

desk = DeskBlueprint(__name__)
HERE = "/devices"


@desk.route(HERE, right=Right.STAFF)
def show_devices(request: DeskRequest) -> Response:
    """Show every till, and the form that adds one."""
    return show_list(request)


def show_list(request: DeskRequest, fault: str = "") -> Response:
    """Return the Devices page; `fault` is the reason why the name that was just sent is none."""
    tills = sorted(request.services.tills.list_tills(), key=lambda each: (not each.is_active, each.name.casefold()))
    return show_page(
        request,
        "devices.html",
        title=find_desk_words(request.language).devices.title,
        status=422 if fault else 200,
        tills=tills,
        fault=fault,
        typed=request.form.get("name", "") if fault else "",
        now=request.now,
    )


@desk.route(HERE, right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def add_device(request: DeskRequest) -> Response:
    """Add a till, and show the link that makes a device this till, once."""
    try:
        name = check_name(request.form.get("name", ""))
    except InvalidSubmissionError as refusal:
        return show_list(request, refusal.fields["name"])
    device_id, offer = make_device_id(), make_device_token()
    added = request.services.tills.write_new(device_id, name, offer, request.now)
    return show_link(request, device_id, name, offer, added)


@desk.route("/devices/{device}/link", right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def link_again(request: DeskRequest, device: str) -> Response:
    """Show a new link for a known till: for another device, or for the same one after it lost its cookies."""
    known, offer = find_till(request, device), make_device_token()
    offered = request.services.tills.write_offer(known, offer, request.now)
    return show_link(request, known.device_id, known.name, offer, offered)


def show_link(request: DeskRequest, device_id: str, name: str, offer: str, part: Part) -> Response:
    """Write a link with its line in the audit, and return the page with it. Raise RaceLostError."""
    line = request.note(f"made a link for the till {device_id}")
    request.services.table.commit_parts([request.require_me(), part, line])
    link = f"{request.services.settings.desk_url.rstrip('/')}/till/enrol/{device_id}.{offer}"
    title = find_desk_words(request.language).devices.link_title
    return show_page(request, "device_link.html", title=title, link=link, name=name)


@desk.route("/devices/{device}/end", right=Right.STAFF, methods=("POST",), fresh=True, back=HERE)
def end_device(request: DeskRequest, device: str) -> Response:
    """End a till: its credential is worth nothing from now on, also for what it is just sending."""
    known = find_till(request, device)
    ended = request.services.tills.end_till(known, request.now)
    line = request.note(f"ended the till {known.device_id}")
    request.services.table.commit_parts([request.require_me(), ended, line])
    return lead_to(HERE)


def find_till(request: DeskRequest, device_id: str) -> Till:
    """Return a till; raise UnknownPageError."""
    found = request.services.tills.read_till(device_id)
    if found is None:
        raise UnknownPageError("There is no such till.")
    return found
