"""The holdout: customers who are not mailed, so that a campaign can be compared with no mail."""

import hashlib

from chalicelib.campaigns.definition import Campaign


def draw_holdout(customer_id: str, campaign: Campaign) -> bool:
    """Return whether a customer is held out of a campaign; under one salt the result never changes.

    A greater share keeps every customer who was held out under the smaller one.
    """
    text = "\0".join((campaign.holdout_salt, campaign.name, customer_id))
    lot = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return lot < campaign.holdout_share * 2**64
