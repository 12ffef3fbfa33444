"""The addresses that a link may lead to. They are checked when the link is made; following it only looks it up.

Browsers and libraries read odd addresses differently (`https://shop.example\\@evil.com` is one host to one and another
to the other), so an odd address is refused, never mended.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote, urlencode, urlsplit

from chalicelib.errors import DefinitionError

MOST = 2_000  # characters; what every browser, proxy and mail program takes
# https, a plain lower-case host, and of RFC 3986 only what all readers take alike: no userinfo, port, backslash,
# fragment or bracket. An escape must be whole.
PLAIN = r"(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})"
ADDRESS = re.compile(rf"https://[a-z0-9.-]+(?:/{PLAIN}*)*(?:\?(?:{PLAIN}|[/?])*)?")
DOTTED = re.compile(r"/\.{1,2}(/|$)")
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\\\\]")
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def check_destination(address: str, hosts: Collection[str]) -> str:
    """Return the address if it leads to one of `hosts` (exact names, lower case); raise DefinitionError."""
    if len(address) > MOST:
        raise DefinitionError(f"destination: longer than {MOST} characters")
    if not ADDRESS.fullmatch(address):
        raise DefinitionError("destination: not a plain https address")
    parts = urlsplit(address)
    if parts.netloc not in hosts:
        raise DefinitionError("destination: leads to a host that is not on the list")
    if is_disguised(parts.path) or parts.geturl() != address:
        raise DefinitionError("destination: its path is not what it looks like")
    if HIDDEN.search(unquote(parts.query)):
        raise DefinitionError("destination: control characters in its query")
    return address


def is_disguised(path: str) -> bool:
    """Return whether a server or a browser may read a path as another path, or as another host."""
    try:
        plain = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return True
    return "//" in plain or any(sign.search(plain) for sign in (DOTTED, HIDDEN))


def build_destination(address: str, hosts: Collection[str], *, code: str, utm: Mapping[str, str]) -> str:
    """Return the whole address of a link, checked: with the offer's code and the source of the visit.

    `{code}` in the address is replaced by the code (Shopify: `https://.../discount/{code}`); without it, a code becomes
    the parameter `code`. `utm` gives `source`, `medium`, `campaign` and so on.
    """
    if code and not CODE.fullmatch(code):
        raise DefinitionError("code: 1 to 40 letters, digits, - and _")
    placed = address.replace("{code}", quote(code, safe=""))
    added = {"code": code} if code and placed == address else {}
    added.update({f"utm_{name}": value for name, value in sorted(utm.items()) if value})
    joint = "&" if "?" in placed else "?"
    return check_destination(placed + (joint + urlencode(added) if added else ""), hosts)
