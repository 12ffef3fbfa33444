"""Who is this, and what do we know: identity, the fold of a history, consents, the directory."""
