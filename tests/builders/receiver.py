"""A receiver of events on this machine that checks signatures, and every way in which a receiver can go wrong."""

import contextlib
import socket
import struct
import threading
import time
from datetime import UTC, datetime

from chalicelib.senders.signatures import check_message

SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS1zaG9wcy1vd24tc3lzdGVt"  # 30 bytes


class Receiver:
    """Answers on a loopback port; `answers` are taken one by one, then every post is a 204. Keeps what it got.

    An answer is a status, or a word that `answer` below knows: `slow` (0.3 seconds), `reset`, `hang`, `drip` ...
    """

    def __init__(self, *answers, tls=None, secret=SECRET):
        self.answers = list(answers)
        self.tls = tls
        self.secret = secret.encode()
        self.got = []  # (headers, body), in order of arrival
        self.times = []  # when each came, monotonic
        self.connections = 0
        self.bytes_taken = 0  # of our answers, by the other side, as far as the sockets' buffers tell
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        # A listener that is only closed leaves `accept` waiting.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(2)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/events?from=regulars"

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.got]

    def serve(self):
        while not self.stop.is_set():
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.handle, args=(link,), daemon=True).start()

    def handle(self, link):
        with contextlib.suppress(OSError), self.open(link) as opened:
            headers, body = read_request(opened)
            check_message(body, headers, [self.secret], datetime.now(UTC))
            self.got.append((headers, body))
            self.times.append(time.monotonic())
            self.answer(opened, self.answers.pop(0) if self.answers else 204)

    def open(self, link):
        """Return a connection ready to be read; one whose handshake fails is closed."""
        link.settimeout(20)
        return link if self.tls is None else self.tls.wrap_socket(link, server_side=True)

    def answer(self, link, kind):
        if isinstance(kind, int):
            link.sendall(f"HTTP/1.1 {kind} Whatever\r\nContent-Length: 0\r\n\r\n".encode())
        elif kind == "slow":
            self.stop.wait(0.3)
            link.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        elif kind == "reset":
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif kind == "hang":
            self.stop.wait(15)
        elif kind == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000:
                link.sendall(bytes([byte]))
                self.stop.wait(0.3)
        elif kind == "drip-body":
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                link.sendall(b"x")
                self.stop.wait(0.3)
        elif kind == "huge":
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            with contextlib.suppress(OSError):
                while not self.stop.is_set():
                    self.bytes_taken += link.send(b"x" * 65_536)
        elif kind == "huge-head":
            link.sendall(b"HTTP/1.1 200 OK\r\n")
            with contextlib.suppress(OSError):
                while not self.stop.is_set():
                    self.bytes_taken += link.send(b"X-More: " + b"x" * 8_000 + b"\r\n")
        elif kind == "redirect":
            link.sendall(f"HTTP/1.1 302 Found\r\nLocation: {self.url}/elsewhere\r\nContent-Length: 0\r\n\r\n".encode())
        elif kind == "nonsense":
            link.sendall(b"\x00\xff not HTTP at all\r\n\r\n")
        elif kind != "close":
            raise ValueError(kind)


def read_request(link):
    """Read one request; return (headers in lower case, body)."""
    content = b""
    while b"\r\n\r\n" not in content:
        content += take(link)
    head, _, body = content.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += take(link)
    return headers | {":line": first}, body


def take(link):
    """Read some bytes; raise OSError at the end."""
    some = link.recv(65_536)
    if not some:
        raise OSError("closed")
    return some


def wait_for(check, seconds=5.0):
    """Return whether a check came true in time."""
    ends_at = time.monotonic() + seconds
    while not check() and time.monotonic() < ends_at:
        time.sleep(0.01)
    return check()
