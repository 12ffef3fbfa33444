"""One gateway worker: HTTP in, the app's own Lambda handler called, HTTP out. `python -m infra.local.gateway FD`.

Several workers share one listening socket. Each calls the app for one request at a time, like one Lambda environment;
connections have a thread each, so a browser that keeps one open and idle holds nobody up.
"""

import contextlib
import logging
import socket
import sys
import threading
from typing import Any

from chalicelib.services import make_session
from infra.local.clock import read_now
from infra.local.environ import STAGE, read_state
from infra.local.invoke import Handler, LambdaContext, load_handler
from infra.local.permissions import Guard
from infra.local.proxy import (
    NO_ANSWER,
    NO_ROUTE,
    Answer,
    answer_preflight,
    build_event,
    gateway_error,
    match_route,
    read_answer,
)
from infra.local.wire import BadRequestError, WireRequest, read_request, write_answer

HANDLER = "app.app"
IDLE_SECONDS = 75.0
BUFFER_BYTES = 65_536
DRAINED_READS = 1_000  # up to 64 MB

log = logging.getLogger(__name__)


class Gateway:
    """Answers requests through one handler, one at a time."""

    def __init__(self, handler: Handler) -> None:
        """Take the Chalice app (which is the Lambda handler, and knows its routes)."""
        self.handler = handler
        self.routes: Any = handler.routes  # type: ignore[attr-defined]
        self.turn = threading.Lock()

    def answer(self, request: WireRequest) -> Answer:
        """Answer one request as API Gateway does."""
        path = request.target.partition("?")[0]
        matched = match_route(self.routes, path)
        if matched is None:
            return NO_ROUTE
        resource, values = matched
        entries = self.routes[resource]
        if request.method not in entries:
            return (request.method == "OPTIONS" and answer_preflight(entries)) or NO_ROUTE
        event = build_event(request, resource, values, read_now())
        try:
            with self.turn:
                return read_answer(self.handler(event, LambdaContext("api_handler", timeout_seconds=10)))
        except Exception:
            log.exception("the function failed")
            return NO_ANSWER

    def serve(self, listener: socket.socket) -> None:
        """Accept for ever; a thread for each connection."""
        while True:
            connection, address = listener.accept()
            threading.Thread(target=self.converse, args=(connection, address[0]), daemon=True).start()

    def converse(self, connection: socket.socket, address: str) -> None:
        """Answer what comes over one connection until either side ends it."""
        connection.settimeout(IDLE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        gone = contextlib.suppress(OSError, ValueError)
        with gone, connection, connection.makefile("rb") as source, connection.makefile("wb") as sink:
            while self.take_turn(source, sink, address):
                pass

    def take_turn(self, source: Any, sink: Any, address: str) -> bool:
        """Read one request and answer it; return whether the connection stays open."""
        try:
            request = read_request(source, sink, address)
        except BadRequestError as fault:
            refusal = gateway_error(fault.status, str(fault))
            write_answer(sink, refusal.status, refusal.headers, refusal.body, keep=False)
            drain_rest(source)
            return False
        if request is None:
            return False
        answer = self.answer(request)
        bare = request.method == "HEAD"
        write_answer(sink, answer.status, answer.headers, answer.body, keep=request.keep, bare=bare)
        return request.keep


def drain_rest(source: Any) -> None:
    """Read on for a while after a refusal: closing on unread bytes would take the answer back."""
    for _ in range(DRAINED_READS):
        if not source.read1(BUFFER_BYTES):
            return


def main(descriptor: int) -> None:
    """Serve on a listening socket that the parent opened, with the rights of the door alone."""
    guard = Guard(STAGE, read_state()["made"], "api_handler")
    guard.watch_session(make_session())  # before the app is loaded: it makes its clients as it starts
    listener = socket.socket(fileno=descriptor)
    Gateway(load_handler(HANDLER)).serve(listener)


if __name__ == "__main__":
    main(int(sys.argv[1]))
