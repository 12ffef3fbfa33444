"""The desk over the tables of a stage."""

from tests.desk.conftest import desk

__all__ = ["desk"]
