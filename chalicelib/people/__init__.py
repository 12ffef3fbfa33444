"""Customers: identity, the fold of a history into a profile, consents, the directory."""
