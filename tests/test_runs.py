"""A run over many items: one that fails holds up no other, and says nothing of what it holds."""

import logging
import time

import pytest

from chalicelib.runs import run_each

SECRET = "asel@example.org"  # a text that an exception could quote


def take_step(item):
    """Fail for one item, with a text that no log may repeat."""
    if item == "broken":
        raise ValueError(SECRET)
    return "done"


def test_an_item_that_fails_holds_up_no_other():
    assert run_each(["a", "broken", "b"], take_step, name="test") == {"done": 2, "postponed": 1}


def test_a_failure_is_logged_by_key_type_and_place_alone(caplog):
    with caplog.at_level(logging.WARNING):
        run_each(["broken"], take_step, name="test", key=lambda _: "k1")

    [record] = caplog.records
    assert (record.msg, record.key, record.fault, record.exc_info) == ("test_postponed", "k1", "ValueError", None)
    assert record.levelno == logging.ERROR  # no outage: a defect
    assert record.at[-1].endswith(":take_step")
    assert SECRET not in caplog.text + str(vars(record))


def test_a_run_ends_when_its_time_is_over():
    assert run_each(["a", "b"], take_step, name="test", until=time.monotonic() - 1) == {}


def test_a_killed_process_is_not_an_item_that_failed():
    def die(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_each(["a"], die, name="test")
