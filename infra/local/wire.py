"""HTTP/1.1 on a socket, RFC 9112 as far as one machine needs it: keep-alive, chunked bodies, 100-continue."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO

LONGEST_BODY = 10 * 1024 * 1024  # API Gateway's limit, in bytes
LONGEST_LINE = 65_536


class BadRequestError(Exception):
    """What was sent cannot be answered on this connection again; `status` says why."""

    def __init__(self, status: int, message: str) -> None:
        """Take the status to answer with and the message API Gateway would give."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class WireRequest:
    """A request as it came. Header names keep their case; `address` is the peer's."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    address: str
    keep: bool


def read_request(source: BinaryIO, sink: BinaryIO, address: str) -> WireRequest | None:
    """Read one request; return None when the peer has gone. `sink` is for 100 Continue."""
    line = source.readline(LONGEST_LINE)
    if not line.strip():
        return None
    try:
        method, target, version = line.decode("latin-1").split()
    except ValueError:
        raise BadRequestError(400, "Bad Request") from None
    headers = read_headers(source)
    known = {name.lower(): value for name, value in headers}
    if known.get("expect", "").lower() == "100-continue":
        sink.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        sink.flush()
    body = read_body(source, known)
    keep = version == "HTTP/1.1" and known.get("connection", "").lower() != "close"
    return WireRequest(method, target, headers, body, address, keep)


def read_headers(source: BinaryIO) -> list[tuple[str, str]]:
    """Read header lines up to the empty one."""
    headers, room = [], LONGEST_LINE
    while (line := source.readline(room)) not in (b"\r\n", b"\n", b""):
        room -= len(line)
        name, colon, value = line.decode("latin-1").partition(":")
        if room <= 0:
            raise BadRequestError(431, "Request Header Fields Too Large")
        if not colon:
            raise BadRequestError(400, "Bad Request")
        headers.append((name.strip(), value.strip()))
    return headers


def read_body(source: BinaryIO, known: dict[str, str]) -> bytes:
    """Read the body by its length or its chunks; refuse one that is too large before reading it."""
    if known.get("transfer-encoding", "").lower() == "chunked":
        return read_chunks(source)
    length = known.get("content-length", "0")
    if not length.isascii() or not length.isdigit():
        raise BadRequestError(400, "Bad Request")
    if int(length) > LONGEST_BODY:
        raise BadRequestError(413, "Request Too Long")
    return source.read(int(length))


def read_chunks(source: BinaryIO) -> bytes:
    """Read a chunked body and its trailer."""
    body = bytearray()
    while size := int(source.readline(LONGEST_LINE).partition(b";")[0], 16):
        if len(body) + size > LONGEST_BODY:
            raise BadRequestError(413, "Request Too Long")
        body += source.read(size)
        source.readline(LONGEST_LINE)
    read_headers(source)
    return bytes(body)


def write_answer(
    sink: BinaryIO, status: int, headers: Sequence[tuple[str, str]], body: bytes, *, keep: bool, bare: bool = False
) -> None:
    """Write one answer in one piece; `bare` leaves the body out, as HEAD asks."""
    lines = [f"HTTP/1.1 {status} {name_status(status)}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in ("content-length", "connection")]
    lines += [f"Content-Length: {len(body)}", f"Connection: {'keep-alive' if keep else 'close'}", "", ""]
    sink.write("\r\n".join(lines).encode("latin-1", "replace") + (b"" if bare else body))
    sink.flush()


def name_status(status: int) -> str:
    """Return the phrase of a status code, or the empty text."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
