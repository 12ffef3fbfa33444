"""The numbers of the shapes of sealed rows: a row is read by the version that wrote it, or by a later one.

To change a shape: raise `SHAPE` in store/people_rows.py, and add a step here that turns the values of the shape before
into those of the new one. A row is carried over when it is read, and written in the new shape with its next change.
A row of a later shape, which an older version meets during a deploy or a rollback, is left alone: NewerShapeError.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chalicelib.errors import NewerShapeError
from chalicelib.models import Model
from chalicelib.store.stored_rows import SHAPE
from chalicelib.strictjson import dump_json, parse_object

Step = Callable[[str, dict[str, Any]], dict[str, Any]]


def mark_uncounted(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Shape 1 to 2: a profile counts by month, and keeps the products of orders and the answers to surveys."""
    return {**values, "uncounted": True} if kind == "core" else values


# By the shape that a step reads: it takes the kind of the row (core, order, entry) and its values.
STEPS: Mapping[int, Step] = {1: mark_uncounted}

Shaped = TypeVar("Shaped", bound=Model)


def read_shape(
    model: type[Shaped], kind: str, shape: int, text: bytes, *, steps: Mapping[int, Step] = STEPS, newest: int = SHAPE
) -> Shaped:
    """Return the values of a row of any shape up to the newest; raise NewerShapeError."""
    if shape > newest:
        raise NewerShapeError(f"{kind}: shape {shape}")
    if shape == newest:
        return model.model_validate_json(text)
    values = parse_object(text)
    for number in range(shape, newest):
        values = steps[number](kind, values)
    return model.model_validate_json(dump_json(values))
