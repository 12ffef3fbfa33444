"""The pages of campaigns: which there are, how they stand, rules and result of one, its stop and its start."""

from typing import Any

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.blueprint import DeskBlueprint
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.rights import Right
from chalicelib.desk.times import tell_times
from chalicelib.desk.words import find_desk_words
from chalicelib.errors import DefinitionError, RaceLostError
from chalicelib.store.audit import DESK

desk = DeskBlueprint(__name__)
HERE, CAMPAIGN = "/campaigns", "/campaigns/{campaign}"


@desk.route(HERE, right=Right.NUMBERS)
def show_campaigns(request: DeskRequest) -> Response:
    """Show every campaign on file."""
    from chalicelib.desk.running.rules import Teller  # imported here: signing in reads no campaign
    from chalicelib.desk.running.states import list_states
    from chalicelib.mails.language import find_mail_language

    say = find_desk_words(request.language).campaigns
    teller = Teller(say, find_mail_language(request.language), request.services)
    rows = [(each, teller.tell_trigger(each.campaign)) for each in list_states(request)]
    return show_page(
        request,
        "campaigns.html",
        title=say.title,
        rows=rows,
        fault=find_fault(request),
        counts=request.may(Right.PEOPLE),
        **tell(request),
    )


@desk.route(CAMPAIGN, right=Right.NUMBERS)
def show_campaign(request: DeskRequest, campaign: str) -> Response:
    """Show the rules and the result of one campaign."""
    from chalicelib.desk.running.results import read_result
    from chalicelib.desk.running.rules import Teller
    from chalicelib.desk.running.states import find_listed
    from chalicelib.mails.language import find_mail_language

    listed, words = find_listed(request, campaign), find_desk_words(request.language)
    language = find_mail_language(request.language)
    return show_page(
        request,
        "campaign.html",
        title=listed.campaign.name,
        listed=listed,
        rules=list(Teller(words.campaigns, language, request.services).list_rules(listed.campaign)),
        result=read_result(listed.campaign, request, words.results, language),
        acts=request.may(Right.CAMPAIGNS),
        rtl=language.direction == "rtl",
        **tell(request),
    )


@desk.route("/campaigns/{campaign}/stop", right=Right.CAMPAIGNS, methods=("POST",), back=CAMPAIGN)
def stop_campaign(request: DeskRequest, campaign: str) -> Response:
    """Stop a campaign; no passkey is asked for, since a wrong mail must be stopped at once. Raise UnknownPageError."""
    from chalicelib.desk.running.states import find_listed

    listed, halts = find_listed(request, campaign), request.services.halts
    if listed.state == "off":
        raise RaceLostError(campaign)
    if listed.state != "stopped":
        parts = halts.stop_campaign(campaign, request.me.staff_id, request.now)
        request.actor.commit_noted(request.services, DESK, f"stopped the campaign {campaign}", request.now, parts)
    return lead_to(f"{HERE}/{campaign}")


@desk.route("/campaigns/{campaign}/start", right=Right.CAMPAIGNS, methods=("POST",), fresh=True, back=CAMPAIGN)
def start_campaign(request: DeskRequest, campaign: str) -> Response:
    """Let a stopped campaign go on: its mails cannot be called back, so the passkey is asked for first."""
    from chalicelib.desk.running.states import find_listed

    if find_listed(request, campaign).state == "stopped":
        parts = request.services.halts.start_campaign(campaign)
        reason = f"let the campaign {campaign} go on"
        request.actor.commit_noted(request.services, DESK, reason, request.now, parts)
    return lead_to(f"{HERE}/{campaign}")


def find_fault(request: DeskRequest) -> str:
    """Return the mistake in a file that keeps every campaign from running, or ""."""
    try:
        _ = request.services.campaigns, request.services.clock
    except DefinitionError as fault:
        return str(fault)
    return ""


def tell(request: DeskRequest) -> dict[str, Any]:
    """Return what writes moments for these pages."""
    return {**tell_times(request), "campaign_path": HERE}
