"""Delete what was kept long enough."""
