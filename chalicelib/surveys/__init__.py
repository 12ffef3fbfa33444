"""Surveys that nobody can be found in: sealed boxes of a week, counts, and the figures that are read from them."""
