"""Longer proofs, each its own make target; the suite does not run them."""
