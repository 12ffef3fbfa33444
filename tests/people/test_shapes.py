"""Rows of every shape up to ours are read; a later one is left alone."""

import pytest

from chalicelib.errors import NewerShapeError
from chalicelib.models import Profile
from chalicelib.people.shapes import read_shape
from chalicelib.store.stored_rows import SHAPE

OLD = b'{"customer_id": "c", "count": 2}'


def rename_count(kind, values):
    assert kind == "core"
    return {("events" if name == "count" else name): value for name, value in values.items()}


def add_seven(kind, values):
    return {**values, "events": values["events"] + 7}


def test_a_row_of_this_shape_is_read_as_it_is():
    assert read_shape(Profile, "core", SHAPE, b'{"customer_id": "c", "events": 3}').events == 3


def test_an_older_row_is_carried_over_step_by_step():
    steps = {1: rename_count, 2: add_seven}
    assert read_shape(Profile, "core", 1, OLD, steps=steps, newest=3).events == 9
    assert read_shape(Profile, "core", 2, b'{"customer_id": "c", "events": 2}', steps=steps, newest=3).events == 9


@pytest.mark.parametrize("shape", [SHAPE + 1, SHAPE + 40])
def test_a_row_of_a_later_version_is_left_alone(shape):
    with pytest.raises(NewerShapeError) as caught:
        read_shape(Profile, "core", shape, b"whatever it may be")
    assert str(caught.value) == f"core: shape {shape}"
