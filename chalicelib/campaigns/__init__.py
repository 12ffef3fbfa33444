"""Campaigns as data: which customers get which mail, with which offer, when and at what hours. docs/campaigns.md."""
