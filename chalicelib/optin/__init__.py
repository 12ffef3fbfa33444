"""Double opt-in: ask by mail for the confirmation that a form needs."""
