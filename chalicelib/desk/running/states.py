"""How each campaign on file stands: whether it runs, is off, waits, or was stopped by a member of staff."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.library import list_on_file
from chalicelib.desk.request import DeskRequest
from chalicelib.errors import DefinitionError, UnknownPageError
from chalicelib.outreach.eligibility import is_held_back
from chalicelib.services import Services


@dataclass(frozen=True)
class ListedCampaign:
    """A campaign and its state: `running`, `off`, `stopped` or `waits`; who stopped it ("" for nobody known), when."""

    campaign: Campaign
    state: str
    stopped_by: str = ""
    stopped_at: str = ""


def list_states(request: DeskRequest) -> list[ListedCampaign]:
    """Return every campaign on file with its state."""
    services, found = request.services, list_on_file()
    running = name_running(services)
    halts = services.halts.read_halts([each.name for each in found])
    found_states = []
    for each in found:
        halt = halts.get(each.name)
        if halt is not None:
            member = services.staff.read_member(halt.by)
            found_states.append(ListedCampaign(each, "stopped", member.name if member else "", halt.at))
        else:
            found_states.append(ListedCampaign(each, judge_state(each, running, services, request.now)))
    return found_states


def name_running(services: Services) -> frozenset[str]:
    """Return the names of the campaigns that run: none while a file has a mistake."""
    try:
        return frozenset(each.name for each in services.campaigns)
    except DefinitionError:
        return frozenset()


def judge_state(campaign: Campaign, running: frozenset[str], services: Services, now: datetime) -> str:
    """Return the state of a campaign that nobody stopped."""
    if campaign.name not in running:
        return "off"
    return "waits" if is_held_back(campaign, services, now) else "running"


def find_listed(request: DeskRequest, name: str) -> ListedCampaign:
    """Return one campaign with its state; raise UnknownPageError, or DefinitionError where a file cannot be read."""
    found = next((each for each in list_states(request) if each.campaign.name == name), None)
    if found is None:
        _ = request.services.campaigns  # a file with a mistake is on no list: the error names it
        raise UnknownPageError("There is no such campaign.")
    return found
