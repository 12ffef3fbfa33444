"""The last catch around every handler."""

import logging
from collections.abc import Callable
from typing import Any

from chalicelib.errors import HandlerFailedError

log = logging.getLogger(__name__)


def hide_failure(event: Any, handle_event: Callable[[Any], Any]) -> Any:
    """Log a crash by type and place, and pass on only the type: Lambda prints whatever text is raised."""
    try:
        return handle_event(event)
    except Exception as fault:
        log.exception("handler_failed")
        raise HandlerFailedError(type(fault).__name__) from None
