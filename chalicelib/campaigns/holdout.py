"""Who is not mailed, so that there is somebody to measure against."""

import hashlib

from chalicelib.campaigns.definition import Campaign


def draw_holdout(customer_id: str, campaign: Campaign) -> bool:
    """Tell whether a person is held out of a campaign: always the same answer, whoever asks and whenever.

    A greater share keeps everybody who was held out under the smaller one. Only another salt draws anew.
    """
    text = "\0".join((campaign.holdout_salt, campaign.name, customer_id))
    lot = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return lot < campaign.holdout_share * 2**64
