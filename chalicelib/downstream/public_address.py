"""No request of ours goes to a machine that is not public (SSRF), to whichever address a name resolves.

A name is looked up once; every address that it has must be public; the connection goes to an address so checked, with
the name in TLS and Host. So a name that resolves differently the second time gains nothing (DNS rebinding).
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.downstream.target import Target
from chalicelib.errors import TargetRefusedError

CONNECT = 2.0  # seconds for each of: looking up a name, connecting
TOTAL = 5.0  # seconds for everything
MOST_ADDRESSES = 3

# https://www.iana.org/assignments/iana-ipv4-special-registry, every block that is not an ordinary network; written out,
# since `ipaddress.is_global` means something else in each Python release. Multicast and class E beside them.
CLOSED_4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of IPv6 only what IANA gives out as global unicast: so neither ::1, ::ffff:10.0.0.1 (mapped), 64:ff9b:: (NAT64),
# fc00::/7, fe80::/10, fec0::/10 (site-local) nor ff00::/8. Out of it, what stands for something else: Teredo and other
# protocol blocks, documentation, and 6to4, which carries an IPv4 address.
OPEN_6 = ipaddress.IPv6Network("2000::/3")
CLOSED_6 = tuple(
    ipaddress.IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

Resolve = Callable[..., list[Any]]  # socket.getaddrinfo, or its replacement in a test


def make_tls() -> ssl.SSLContext:
    """Return a context that verifies certificate and name, and speaks TLS 1.2 or later."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True)
class Network:
    """How targets are reached: the resolver and TLS."""

    resolve: Resolve = socket.getaddrinfo
    tls: ssl.SSLContext = field(default_factory=make_tls)


def is_public(address: str) -> bool:
    """Return whether an address, as a resolver writes it, is one of the open internet."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in block for block in CLOSED_4)
    return parsed.scope_id is None and parsed in OPEN_6 and not any(parsed in block for block in CLOSED_6)


def find_addresses(target: Target, network: Network) -> list[str]:
    """Look a name up, once; return its addresses, IPv4 first. Raise TargetRefusedError where one is not public."""
    if target.local:
        return [target.host]
    rows = look_up(target, network)
    found = sorted({str(row[4][0]) for row in rows}, key=lambda address: (":" in address, address))
    if not found or not all(is_public(address) for address in found):
        raise TargetRefusedError("address: not public")
    return found


def look_up(target: Target, network: Network) -> list[Any]:
    """Ask the resolver in a thread, and wait CONNECT seconds at most: the resolver has no time limit of its own."""
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(network.resolve(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as fault:
            answers.append(fault)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(CONNECT)
    if not answers:
        raise TimeoutError("look-up")
    if isinstance(answers[0], Exception):
        raise OSError("look-up") from answers[0]
    return list(answers[0])


def connect_target(target: Target, network: Network, ends_at: float) -> socket.socket:
    """Connect to a checked address, with TLS unless local; `ends_at` is monotonic. Raise OSError."""
    fault: OSError = OSError("no address")
    for address in find_addresses(target, network)[:MOST_ADDRESSES]:
        try:
            return open_socket(address, target, network, ends_at)
        except OSError as failed:
            fault = failed
    raise fault


def open_socket(address: str, target: Target, network: Network, ends_at: float) -> socket.socket:
    """Connect to exactly this address; the name goes into TLS and is never looked up again."""
    plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        plain.settimeout(min(CONNECT, seconds_left(ends_at)))
        plain.connect((address, target.port))
        plain.settimeout(seconds_left(ends_at))
        return plain if target.local else network.tls.wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def seconds_left(ends_at: float) -> float:
    """Return the seconds until the deadline; raise TimeoutError after it."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
