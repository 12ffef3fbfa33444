"""Tries a whole stage with invented people, and forgets them again: `make smoke`."""
