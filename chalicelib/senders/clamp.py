"""No statement counts as made after it was received: a sender's clock may be wrong, and an app may write any time."""

from datetime import datetime
from typing import Any, TypeVar

from chalicelib.models import Model

Shape = TypeVar("Shape", bound=Model)


def clamp_times(model: Shape, latest: datetime) -> Shape:
    """Return a model in which no time is later than `latest`, at any depth; times in texts stay as they are."""
    changed = {name: clamp_value(value, latest) for name, value in model}
    return model.model_copy(update=changed)


def clamp_value(value: Any, latest: datetime) -> Any:
    """Return one field's value."""
    if isinstance(value, datetime):
        return min(value, latest)
    if isinstance(value, Model):
        return clamp_times(value, latest)
    return tuple(clamp_value(part, latest) for part in value) if isinstance(value, tuple) else value
