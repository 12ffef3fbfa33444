"""Delete data whose period of retention is over."""
