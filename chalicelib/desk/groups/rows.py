"""What the page of groups says of each: its rule in words, its counts in steps, the campaigns that write to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.campaigns.library import list_on_file
from chalicelib.desk.groups.clauses import make_clause_teller, mark_name
from chalicelib.desk.request import DeskRequest
from chalicelib.desk.words import find_desk_words
from chalicelib.forms.interface import find_interface
from chalicelib.groups.library import list_groups
from chalicelib.numbers.memberships import Membership, read_groups
from chalicelib.shop.brand import name_shop
from chalicelib.stats.suppression import K

if TYPE_CHECKING:
    from chalicelib.groups.group import Group
    from chalicelib.numbers.counting import Sums


@dataclass(frozen=True)
class Row:
    """One group: its title and rule in words, its counts in words ("" where it is not counted yet), its campaigns."""

    name: str
    title: str
    clauses: list[str]
    people: str
    mailable: str
    used: str


def list_rows(request: DeskRequest, sums: Sums | None) -> list[Row]:
    """Return every group; one whose rule is not that of the latest count has no counts."""
    teller = make_clause_teller(request.language, name_shop(request.services.settings, request.language))
    counted = {each.group: each for each in read_groups(sums.tally, sums.lens)} if sums else {}
    return [
        Row(
            name=group.name,
            title=group.name_title(request.language),
            clauses=teller.list_told(group.rule),
            people=tell_count(request, counted.get(group.name), "people"),
            mailable=tell_count(request, counted.get(group.name), "mailable"),
            used=find_interface(request.language).between.join(map(mark_name, list_users(group))),
        )
        for group in list_groups()
    ]


def list_users(group: Group) -> list[str]:
    """Return the campaigns that have a group as their audience."""
    return [campaign.name for campaign in list_on_file() if campaign.audience.group == group.name]


def tell_count(request: DeskRequest, counted: Membership | None, kind: str) -> str:
    """Return one of a group's counts in words, "" for a group that was not counted."""
    if counted is None:
        return ""
    say, write = find_desk_words(request.language).groups, find_interface(request.language).write_number
    count = getattr(counted, kind)
    plain, few = (say.people, say.few) if kind == "people" else (say.mailable, say.mailable_few)
    return few.format(n=write(K)) if count is None else plain.format(n=write(count))
