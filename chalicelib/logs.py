"""Logging without personal data: event names and ids, and of an exception only its type and place.

An exception's text may quote the data that caused it, and Chalice and Lambda both print it. So the formatter writes the
types and the lines, never the texts.
"""

import json
import logging
import traceback
from types import TracebackType

# Attributes that log calls pass as `extra`; everything else on a record stays out of the line.
FIELDS = ("key", "reason", "fault", "counts", "sender", "status", "customer", "job", "target", "attempt", "at")


class SafeFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write level, logger, event and the allowed fields; JSON escapes control characters."""
        line: dict[str, object] = {
            "level": record.levelname,
            "logger": record.name,
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        line.update({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = locate_error(record.exc_info[2])
        return json.dumps(line, default=str)


def locate_error(trace: TracebackType | None) -> list[str]:
    """Return file:line:function of the innermost eight frames."""
    frames = traceback.extract_tb(trace)[-8:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}" for frame in frames]


def configure_logging(*loggers: logging.Logger) -> None:
    """Give the root logger and these the safe formatter; keep the handlers that the runtime installed."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    root.setLevel(logging.INFO)
    for logger in (root, *loggers):
        for handler in logger.handlers:
            handler.setFormatter(SafeFormatter())
    for noisy in ("botocore", "boto3", "fido2", "urllib3"):  # fido2 would log the ids of passkeys
        logging.getLogger(noisy).setLevel(logging.WARNING)
