"""How many belong to each group of the shop, and how many of them may be sent advertising.

group/<name>/<edition>/people, /mailable, /ads    people; the edition is a hash of the rule as it was counted
ended/ads/<minute>                               people who withdrew the consent to files for ad platforms or restricted
                                                 their data

Counts are told in steps of K, and not below K. An exact count of a group of one customer tells about that customer, and
the exact counts of two days tell about the customer who came between.
"""

from collections.abc import Iterable, Iterator

from chalicelib.groups.clauses import Gauge
from chalicelib.groups.group import Group
from chalicelib.groups.judge import meets_rule
from chalicelib.groups.platforms import ADS
from chalicelib.models import RESTRICTED, ConsentState, Model, Profile
from chalicelib.numbers.lens import Lens
from chalicelib.numbers.tally import Share, Tally, make_key
from chalicelib.people.consents import MARKETING
from chalicelib.people.mailbox import read_mailbox
from chalicelib.people.restriction import is_restricted
from chalicelib.shop.ages import is_minor
from chalicelib.stats.suppression import K


class Membership(Model):
    """One group as it was counted: None is a number from 1 to K - 1, others are rounded down to a multiple of K."""

    group: str
    edition: str
    people: int | None
    mailable: int | None


def count_groups(profile: Profile, lens: Lens) -> Iterator[Share]:
    """Yield the groups that a person belongs to."""
    gauge = Gauge(lens.now, lens.quiet_days)
    for group in lens.groups:
        if meets_rule(profile, group.rule, gauge):
            yield make_key("group", group.name, group.edition, "people"), 1
            for kind, purpose in (("mailable", MARKETING), ("ads", ADS)):
                if is_reachable(profile, purpose, lens):
                    yield make_key("group", group.name, group.edition, kind), 1


def count_ended(profile: Profile) -> Iterator[Share]:
    """Yield since when a person may be in no file for an ad platform: a file from before is to be replaced."""
    ads = profile.consents.get(ADS)
    if ads is None:
        return
    if ads.state is ConsentState.WITHDRAWN:
        yield make_key("ended", ADS, f"{ads.at:%Y-%m-%dT%H:%M}"), 1
    if is_restricted(profile):
        yield make_key("ended", ADS, f"{profile.fields[RESTRICTED].at:%Y-%m-%dT%H:%M}"), 1


def is_reachable(profile: Profile, purpose: str, lens: Lens) -> bool:
    """Return whether a person has an address and a consent to a purpose that stands, and is no child.

    Whether mails to the address bounced is known when one is sent.
    """
    return bool(read_mailbox(profile)) and profile.has_consent(purpose) and not is_minor(profile.ages, lens.now)


def read_groups(tally: Tally, lens: Lens) -> list[Membership]:
    """Return every group that was counted."""
    return [
        Membership(
            group=group.name,
            edition=group.edition,
            people=show_count(tally.count("group", group.name, group.edition, "people")),
            mailable=show_count(tally.count("group", group.name, group.edition, "mailable")),
        )
        for group in lens.groups
    ]


def show_count(people: int) -> int | None:
    """Return a count as it is told."""
    return None if 0 < people < K else people - people % K


def name_counted(groups: Iterable[Group]) -> tuple[str, ...]:
    """Return the groups of a walk by name and rule: a rule that changes while it goes on is not counted by half."""
    return tuple(f"{group.name}/{group.edition}" for group in groups)


def choose_counted(groups: Iterable[Group], named: Iterable[str]) -> tuple[Group, ...]:
    """Return the groups that a walk counts, or counted."""
    known = set(named)
    return tuple(group for group in groups if f"{group.name}/{group.edition}" in known)


def is_counted(group: Group, lens: Lens) -> bool:
    """Return whether a group was counted as it is now."""
    return any((each.name, each.edition) == (group.name, group.edition) for each in lens.groups)
