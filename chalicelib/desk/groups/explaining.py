"""Why a customer is in a group, or not: each group with the outcome of each of its conditions, worked out anew."""

from dataclasses import dataclass

from chalice import Response

from chalicelib.desk.answers import lead_to, show_page
from chalicelib.desk.groups.clauses import ClauseTeller, make_clause_teller
from chalicelib.desk.people.acts import load_customer
from chalicelib.desk.people.reasons import GROUPED
from chalicelib.desk.people.record import note_opening
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.groups.clauses import Gauge
from chalicelib.groups.group import Group
from chalicelib.groups.judge import judge_rule
from chalicelib.groups.library import list_groups
from chalicelib.models import Profile
from chalicelib.people.restriction import is_restricted
from chalicelib.shop.brand import name_shop


@dataclass(frozen=True)
class Explained:
    """One group: whether the customer belongs, and each condition in words with whether it holds."""

    title: str
    belongs: bool
    clauses: list[tuple[str, bool]]


def explain_groups(request: DeskRequest, customer_id: str) -> Response:
    """Note that a record is opened, then show its groups; raise UnknownPageError, RaceLostError."""
    note_opening(request, customer_id, GROUPED)
    person = load_customer(request, customer_id)
    if person.joined:
        return lead_to(f"/people/{person.joined}")
    profile = request.services.people.renew_profile(person)
    teller = make_clause_teller(request.language, name_shop(request.services.settings, request.language))
    gauge = Gauge(request.now, request.services.clock.quiet_days)
    return show_page(
        request,
        "person_groups.html",
        title=find_desk_words(request.language).groups.person_title,
        customer_id=customer_id,
        restricted=is_restricted(profile),
        groups=[explain_group(group, profile, gauge, teller) for group in list_groups()],
    )


def explain_group(group: Group, profile: Profile, gauge: Gauge, teller: ClauseTeller) -> Explained:
    """Return one group with its reasons."""
    verdict = judge_rule(profile, group.rule, gauge)
    told = [(teller.tell_clause(each.name, each.wanted), each.holds) for each in verdict.outcomes]
    return Explained(group.name_title(teller.tell.language), verdict.belongs, told)
