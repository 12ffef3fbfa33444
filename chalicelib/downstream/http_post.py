"""One POST and its status. At most 64 KB of the answer are read, to see that it ends, and dropped."""

import contextlib
import http.client
import io
import socket
import time
from collections.abc import Mapping
from typing import Any, cast

from chalicelib.downstream.public_address import TOTAL, Network, connect_target, seconds_left
from chalicelib.downstream.target import Target

MOST_READ = 65_536  # bytes, head and body together


class Wire:
    """A connected socket, as `http.client` uses one, with one deadline for all its waits.

    With a time limit per read, a receiver that sends one byte a second would hold a connection for ever.
    """

    def __init__(self, link: socket.socket, ends_at: float) -> None:
        self.link = link
        self.ends_at = ends_at

    def sendall(self, content: bytes) -> None:
        self.link.settimeout(seconds_left(self.ends_at))
        self.link.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what the answer is read from."""
        return io.BufferedReader(Answer(self.link, self.ends_at))

    def close(self) -> None:
        """Leave the socket to its opener, `post_bytes`."""


class Answer(io.RawIOBase):
    """The answer: at most MOST_READ bytes, until the deadline."""

    def __init__(self, link: socket.socket, ends_at: float) -> None:
        self.link = link
        self.ends_at = ends_at
        self.room = MOST_READ

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; none when there has been too much."""
        self.link.settimeout(seconds_left(self.ends_at))
        count = self.link.recv_into(buffer, min(len(buffer), self.room)) if self.room else 0
        self.room -= count
        return count


def post_bytes(target: Target, body: bytes, headers: Mapping[str, str], network: Network) -> int:
    """Post once and return the status, of a redirect too: none is followed. Raise OSError or HTTPException.

    No proxy of the environment is used.
    """
    ends_at = time.monotonic() + TOTAL
    with contextlib.closing(connect_target(target, network, ends_at)) as link:
        request = http.client.HTTPConnection(target.host, target.port)
        request.auto_open = 0  # `http.client` must not connect by itself: it would look the name up again
        request.sock = cast(socket.socket, Wire(link, ends_at))
        request.request("POST", target.path, body, {"Host": name_host(target), "Connection": "close", **headers})
        answer = request.getresponse()
        with contextlib.suppress(OSError, http.client.HTTPException):  # the status is known: the rest changes nothing
            answer.read(MOST_READ)
        return answer.status


def name_host(target: Target) -> str:
    return f"{target.host}:{target.port}" if target.local else target.host
