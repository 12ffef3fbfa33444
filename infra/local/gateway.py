"""One gateway worker: HTTP in, a Lambda handler called, HTTP out. `python -m infra.local.gateway FD (desk)`.

Several workers share one listening socket. Each calls the app for one request at a time, like one Lambda environment.
werkzeug speaks HTTP: a thread for each connection, so an idle connection delays no other, and one request for each
connection.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from email.errors import MissingHeaderBodySeparatorDefect
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from chalicelib.services import make_session
from infra.local.clock import read_now
from infra.local.environ import STAGE
from infra.local.gate import name_hosts
from infra.local.invoke import Handler, LambdaContext, load_handler
from infra.local.permissions import Guard
from infra.local.proxy import (
    BAD_REQUEST,
    NO_ANSWER,
    SENT_HEADERS,
    TOO_LONG,
    Answer,
    ProxyRequest,
    gateway_error,
    read_answer,
    route_request,
)
from infra.local.shops import ShopNotes
from infra.local.state import read_state

# Function: its handler, and the setting with its public address.
SERVED = {"api_handler": ("app.app", "PUBLIC_URL"), "desk": ("chalicelib.desk.console.app", "DESK_URL")}
IDLE_SECONDS = 75
ENDING_SECONDS = 2  # a silent connection of a browser keeps the worker no longer than this
FOREIGN_HOST = gateway_error(HTTPStatus.MISDIRECTED_REQUEST, "Not for this address.")

log = logging.getLogger(__name__)


class Gateway:
    """Answers requests through one handler, one at a time."""

    def __init__(
        self,
        handler: Handler,
        hosts: frozenset[str] = frozenset(),
        shops: ShopNotes | None = None,
        function: str = "api_handler",
    ) -> None:
        """Answer under these Host headers alone; under any where none is named. `shops` learns each sender's shop."""
        self.handler, self.hosts, self.shops, self.function = handler, hosts, shops, function
        self.routes: Any = handler.routes  # type: ignore[attr-defined]
        self.turn = threading.Lock()

    def answer(self, request: ProxyRequest) -> Answer:
        """Answer one request as API Gateway does."""
        try:
            event = route_request(self.routes, request, read_now())
        except (HTTPException, OSError) as fault:  # OSError: a chunked body that is cut short or malformed
            return TOO_LONG if getattr(fault, "code", None) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else BAD_REQUEST
        if isinstance(event, Answer):
            return event
        try:
            with self.turn:
                return self.call_function(event)
        except Exception:
            log.exception("the function failed")
            return NO_ANSWER

    def call_function(self, event: dict[str, Any]) -> Answer:
        """Call the function, as Lambda does."""
        if self.shops:
            self.shops.read_anew(event)
        answer = read_answer(self.handler(event, LambdaContext(self.function, timeout_seconds=10)))
        if self.shops:
            self.shops.learn_shop(event, answer.status, read_now())
        return answer

    def respond(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        foreign = bool(self.hosts) and environ.get("HTTP_HOST") not in self.hosts
        answer = FOREIGN_HOST if foreign else self.answer(ProxyRequest(environ))
        own = ("content-length", "connection")
        headers = [(name, value) for name, value in answer.headers if name.lower() not in own]
        start_response(name_status(answer.status), [*headers, ("Content-Length", str(len(answer.body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def open_server(self, listener: socket.socket) -> BaseWSGIServer:
        """Return a server on a listening socket, to be started with `serve_forever` and ended with `shutdown`."""
        host, port = listener.getsockname()
        server = make_server(
            host, port, self.respond, threaded=True, request_handler=RequestHandler, fd=listener.fileno()
        )
        # Several processes wait on one socket, and all wake for a connection: one takes it, and no other may wait in
        # `accept`, where `shutdown` would not reach it.
        server.socket.setblocking(False)
        return server


class RequestHandler(WSGIRequestHandler):
    """werkzeug's reader of requests, which keeps headers as they were sent and answers as API Gateway does."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # a first line without a version gets a whole answer too
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def parse_request(self) -> bool:
        """Read the head of a request; refuse a header line without a colon, and a length that is no number."""
        if not super().parse_request():
            return False
        length = self.headers.get("Content-Length", "0")
        # Other defects are no faults of the head: the parser takes it for a mail, and misses the parts of a multipart.
        whole = not any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in self.headers.defects)
        if whole and length.isascii() and length.isdigit():
            return True
        self.send_error(HTTPStatus.BAD_REQUEST)
        return False

    def handle_expect_100(self) -> bool:
        """Leave `100 Continue` to werkzeug, which sends it as well."""
        return True

    def make_environ(self) -> dict[str, Any]:
        """Return the WSGI environment, with the headers as they were sent: WSGI joins repeated ones."""
        sent = [(name.strip(), value.replace("\r\n", "").strip()) for name, value in self.headers.items()]
        return super().make_environ() | {SENT_HEADERS: sent}

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that cannot be read, and close the connection."""
        status = HTTPStatus(code)
        body = gateway_error(status, status.phrase).body
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log(self, *_: object) -> None:
        """Write no line: a path may hold a token."""


def name_status(status: int) -> str:
    """Return a status code with its phrase, where it has one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} "


def serve_requests(server: BaseWSGIServer) -> None:
    """Serve until SIGTERM; then take no further connection, and answer what was taken."""
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    server.serve_forever()
    deadline = time.monotonic() + ENDING_SECONDS
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(max(0.0, deadline - time.monotonic()))


def main(descriptor: int, function: str = "api_handler") -> None:
    """Serve on a listening socket that the parent opened, with the rights of one function alone."""
    guard = Guard(STAGE, read_state()["made"], function)
    guard.watch_session(make_session())  # before the app is loaded: it makes its clients as it starts
    handler, address = SERVED[function]
    listener = socket.socket(fileno=descriptor)
    hosts = name_hosts(listener.getsockname()[1], os.environ[address])
    shops = ShopNotes() if function == "api_handler" else None
    serve_requests(Gateway(load_handler(handler), hosts, shops, function).open_server(listener))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
