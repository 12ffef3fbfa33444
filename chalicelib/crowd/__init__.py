"""A page of customers, opened at once, for whatever meets everybody."""
