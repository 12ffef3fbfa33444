"""Codes of offers: made ahead at the shop system, looked up, redeemed once, removed when their time is over."""
