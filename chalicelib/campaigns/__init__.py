"""Campaigns as data: when somebody hears from the shop, who, with which offer, and at what hours. docs/campaigns.md."""
