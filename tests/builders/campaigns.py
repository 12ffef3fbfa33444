"""Campaigns and a shop's clock for tests that send."""

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.shop import ShopClock

CLOCK = ShopClock.model_validate(
    {
        "time_zone": "UTC",
        "currency": "EUR",
        "window": {"opens": "00:00", "closes": "23:59"},
        "cap": {"mails": 2, "days": 14},
    }
)
OFFER = {
    "percent": 10,
    "codes": "shopify",
    "code": "BACK-{code}",
    "expires_days": 14,
    "most_spent": "100",
    "expected_cost": "2",
}


def a_campaign(name="welcome", **changes) -> Campaign:
    """Return a campaign that writes a week after a sign-up."""
    keys = {
        "name": name,
        "kind": "marketing",
        "template": "win-back",
        "good_for_days": 14,
        "when": {"trigger": "after-sign-up", "days": 7},
        "offer": OFFER,
    }
    return Campaign.model_validate({**keys, **changes})
