"""The audience of a campaign: a rule in the language of groups (`groups/rule.py`), a group by its name, or both."""

from chalicelib.groups.clauses import Gauge
from chalicelib.groups.judge import meets_rule
from chalicelib.groups.library import find_group, list_groups
from chalicelib.groups.rule import Rule
from chalicelib.models import OptionalName, Profile


class Audience(Rule):
    """Conditions that must all hold, with those of the group that `group` names."""

    group: OptionalName = ""

    @property
    def moves(self) -> bool:
        """Return whether time alone may move somebody into the audience or out of it."""
        group = find_group(self.group) if self.group else None
        return not self.is_timeless or (group is not None and not group.rule.is_timeless)


def fits_audience(profile: Profile, audience: Audience, gauge: Gauge) -> bool:
    """Return whether a customer belongs to an audience at a moment.

    One who restricted their data belongs to none. Nobody belongs to the audience of a group that is not on file.
    """
    if not meets_rule(profile, audience, gauge):
        return False
    group = find_group(audience.group) if audience.group else None
    return not audience.group or (group is not None and meets_rule(profile, group.rule, gauge))


def judge_group(name: str) -> str:
    """Return why a campaign cannot write to a group, or ""."""
    if not name or find_group(name):
        return ""
    known = ", ".join(group.name for group in list_groups())
    return f"no group of that name that can be read; there are {known or 'none'}"
