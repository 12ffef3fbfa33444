"""Events for the shop's own systems: consents that changed, customers who were erased. Ids, and no personal data."""
