"""Forget a person: destroy the key, sweep the rest, verify, sign a receipt; and do it again after a restore."""
