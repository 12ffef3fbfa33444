"""Whether a customer belongs, and why: the one evaluation of rules, for groups and for audiences of campaigns. Pure."""

from dataclasses import dataclass
from typing import Any

from chalicelib.groups.clauses import JUDGES, Gauge
from chalicelib.groups.rule import Rule
from chalicelib.models import Profile
from chalicelib.people.restriction import is_restricted


@dataclass(frozen=True)
class Outcome:
    """One condition, what it asks for, and whether it holds."""

    name: str
    wanted: Any
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """A judgement with its reasons. Who restricted their data belongs nowhere, whatever the conditions say."""

    restricted: bool
    outcomes: tuple[Outcome, ...]

    @property
    def belongs(self) -> bool:
        return not self.restricted and all(outcome.holds for outcome in self.outcomes)


def judge_rule(profile: Profile, rule: Rule, gauge: Gauge) -> Verdict:
    """Return whether a customer meets a rule at a moment, with the outcome of each condition."""
    outcomes = (Outcome(name, wanted, JUDGES[name](profile, wanted, gauge)) for name, wanted in rule.clauses)
    return Verdict(is_restricted(profile), tuple(outcomes))


def meets_rule(profile: Profile, rule: Rule, gauge: Gauge) -> bool:
    """Return the same without the reasons: the first condition that fails ends it."""
    if is_restricted(profile):
        return False
    return all(JUDGES[name](profile, wanted, gauge) for name, wanted in rule.clauses)
