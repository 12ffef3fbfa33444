"""The shop's decisions, as data: purposes, ages, retention periods."""
