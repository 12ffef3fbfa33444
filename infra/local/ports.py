"""The ports of a local run, and what its variables may be."""

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import NamedTuple

FIRST_PORT = 8000


class Listeners(NamedTuple):
    """The open ports that our functions answer at."""

    door: socket.socket
    desk: socket.socket


def open_port() -> socket.socket:
    """Listen on PORT, or on the first free port from 8000; raise SystemExit when the port asked for is taken."""
    asked = os.environ.get("PORT")
    if asked and not (asked.isdecimal() and 0 < int(asked) < 65_536):
        raise SystemExit(f"PORT={asked}: a port is a number from 1 to 65535.")
    for port in [int(asked)] if asked else range(FIRST_PORT, FIRST_PORT + 50):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))  # whatever HOST says: some shells set it to the machine's name
        except OSError:
            listener.close()
            continue
        listener.listen(128)
        return listener
    raise SystemExit(f"Port {asked or FIRST_PORT} is taken: choose another with PORT=...")


def open_next(first: int) -> socket.socket:
    """Listen on the first free port from `first`."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", find_port(first)))
    listener.listen(128)
    return listener


def find_port(first: int) -> int:
    """Return the first free port from `first`, so that the mailbox stays where it was."""
    for port in range(first, first + 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit(f"No free port from {first}.")


def check_asked(environ: Mapping[str, str]) -> str:
    """Return what is wrong with LOCAL_DB or WORKERS, or ""."""
    if environ.get("LOCAL_DB", "") not in ("", "moto"):
        return "LOCAL_DB=moto keeps the tables in memory; leave LOCAL_DB out for DynamoDB Local."
    workers = environ.get("WORKERS", "2")
    return "" if workers.isdecimal() and 0 < int(workers) < 65 else "WORKERS=... is a number from 1 to 64."
