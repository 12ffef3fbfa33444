"""Forget a person: end the key, sweep what is left, verify, sign a receipt; and do it again after a restore."""
