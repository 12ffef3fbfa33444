"""The shop that a WooCommerce delivery comes from: the host in X-WC-Webhook-Source, which is home_url('/').

Language plugins add a folder or a query to that address, and it may be written in any letters. The header is not
signed, so a text that names no host, or two, names no shop.
"""

import re
from urllib.parse import unquote

HOST = re.compile(
    r"""
    \s* (?:(https?):)? (?://)?
    (?:[^/?#\\\s,@]*@)?                                 # a user's name
    ([^/?#\\\s,@:\[\]]+ | \[[0-9a-f:.]{2,45}\])
    (?::([0-9]{0,5}))?
    (?=[/?#\\\s,]|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
TWO_ADDRESSES = re.compile(r",\s*https?://", re.IGNORECASE)
ASCII_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\]")
DEFAULT_PORTS = {"http": "80", "https": "443"}


def read_host(source: str) -> str:
    """Return host, and port where it is not the scheme's own, in lower case and ASCII, or ""."""
    found = HOST.match(source)
    if not found or TWO_ADDRESSES.search(source):
        return ""
    scheme, host, port = (found[1] or "").lower(), encode_host(unquote(found[2])), found[3] or ""
    if not ASCII_HOST.fullmatch(host) or not (scheme or "." in host):
        return ""
    return host if port in ("", DEFAULT_PORTS.get(scheme, "")) else f"{host}:{int(port)}"


def encode_host(host: str) -> str:
    """Return a host's name in ASCII (IDNA 2008, or punycode alone for a sign outside of it, such as an emoji)."""
    name = mend_text(host).rstrip(".").lower()
    if name.isascii():
        return name
    import idna  # most hosts need no such conversion, and the door starts faster without it

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return ".".join(map(encode_label, name.split(".")))


def encode_label(label: str) -> str:
    """Return one part of a host's name in punycode (RFC 3492)."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"


def mend_text(host: str) -> str:
    """Return a host whose UTF-8 was read as Latin-1, as servers read headers, in its own letters."""
    try:
        return host.encode("latin-1").decode()
    except UnicodeError:
        return host
