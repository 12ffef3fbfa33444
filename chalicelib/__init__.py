"""Regulars: know your regulars, keep their trust. `docs/architecture.md` shows the rooms and the ways through them."""
