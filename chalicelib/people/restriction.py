"""Restriction (GDPR, Article 18): no campaign, audience or statistic uses the data of a person who restricted it."""

from chalicelib.models import RESTRICTED, Profile

ITS_SENDER = "privacy"  # the only sender that may set or end a restriction: no form, shop or import can


def is_restricted(profile: Profile) -> bool:
    """Return whether a person restricted their data."""
    held = profile.fields.get(RESTRICTED)
    return held is not None and held.value is True


def may_state(field: str, sender: str) -> bool:
    """Return whether a sender may state a profile field."""
    return field != RESTRICTED or sender == ITS_SENDER
