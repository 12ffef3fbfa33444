"""The link that makes a device a till: GET shows which one, POST gives the browser its credential, once."""

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.cookies import read_device_parts, set_device
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.words import find_desk_words, list_switches
from chalicelib.errors import UnknownPageError
from chalicelib.forms.interface import find_interface
from chalicelib.store.tills import Till, make_device_token

desk = DeskBlueprint(__name__)
OFFER = "/till/enrol/{offer}"


@desk.route(OFFER, right=Right.OPEN)
def show_offer(request: DeskRequest, offer: str) -> Response:
    """Show what the link does; looking at it uses nothing up."""
    say, till = find_desk_words(request.language).devices, find_offer(request, offer)
    shown = {"till": till, "address": OFFER.replace("{offer}", offer), "switches": list_switches()}
    title = say.enrol_title.format(name=find_interface(request.language).isolate(till.name)) if till else say.gone_title
    return show_page(request, "enrol.html", title=title, status=200 if till else 404, **shown)


@desk.route(OFFER, right=Right.OPEN, methods=("POST",))
def take_offer(request: DeskRequest, offer: str) -> Response:
    """Make this browser the till; raise UnknownPageError, RaceLostError where another device was faster."""
    till = find_offer(request, offer)
    if till is None:
        raise UnknownPageError("The link is over.")
    token, services = make_device_token(), request.services
    line = request.note(f"the till {till.device_id} was set up", actor=till.device_id)
    services.table.commit_parts([services.tills.use_offer(till, token, request.now), line])
    return lead_to("/till", [set_device(till.device_id, token)], lang=request.asked_language)


def find_offer(request: DeskRequest, offer: str) -> Till | None:
    """Return the till of an open link, or None."""
    parts = read_device_parts(offer)
    return request.services.tills.read_offer(*parts, request.now) if parts else None
