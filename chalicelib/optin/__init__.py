"""Double opt-in: ask by mail for the yes that a form needs."""
