"""Kept, not used (GDPR, Article 18): whoever restricted their data is in no campaign, audience or statistic."""

from chalicelib.models import RESTRICTED, Profile

ITS_SENDER = "privacy"  # the only one whose word on it counts: no form, shop or import ends a restriction


def is_restricted(profile: Profile) -> bool:
    """Tell whether a person restricted their data."""
    held = profile.fields.get(RESTRICTED)
    return held is not None and held.value is True


def may_say(field: str, sender: str) -> bool:
    """Tell whether a sender may state a profile field at all."""
    return field != RESTRICTED or sender == ITS_SENDER
