"""The targets of events: `name=https://...`, separated by commas. An ambiguous address is refused.

https://shop.example/hooks?source=regulars     a name with dots, port 443, no userinfo, no fragment
http://127.0.0.1:8001/_local/events            in a local run, and only there
"""

import re
from dataclasses import dataclass

from chalicelib.errors import TargetRefusedError

MOST = 2_000  # characters of an address
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
# A name in lower-case ASCII (IDNA's own `xn--` form included) whose last part begins with a letter: so no number in
# any writing (127.1, 0x7f000001, 2130706433, [::1]) is one.
HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,20}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
PLAIN = r"[A-Za-z0-9._~!$&'()*+;=:@-]|%[0-9A-Fa-f]{2}"
PATH = rf"(?P<path>(?:/(?:{PLAIN})*)*(?:\?(?:{PLAIN}|[/?])*)?)"
PUBLIC = re.compile(rf"https://(?P<host>{HOST})(?::443)?{PATH}", re.ASCII)
LOCAL = re.compile(rf"http://(?P<host>127\.0\.0\.1):(?P<port>[1-9][0-9]{{0,4}}){PATH}", re.ASCII)


@dataclass(frozen=True)
class Target:
    """One address, taken apart. `local` is the one kind that is neither looked up nor encrypted."""

    name: str
    host: str
    port: int
    path: str
    local: bool = False


def split_targets(setting: str) -> dict[str, str]:
    """Return the addresses by their targets' names; raise TargetRefusedError for a list that cannot be one."""
    targets: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        name, _, address = part.partition("=")
        if not NAME.fullmatch(name) or name in targets:
            raise TargetRefusedError("target: not name=https://..., or named twice")
        targets[name] = address
    return targets


def read_target(name: str, address: str, *, local: bool) -> Target:
    """Take an address apart; raise TargetRefusedError, which does not quote it: an address may hold a secret."""
    if len(address) > MOST:
        raise TargetRefusedError("address: too long")
    if local and (match := LOCAL.fullmatch(address)) and int(match["port"]) < 65_536:
        return Target(name, match["host"], int(match["port"]), write_path(match["path"]), local=True)
    match = PUBLIC.fullmatch(address)
    if match is None or len(match["host"]) > 253:
        raise TargetRefusedError("address: not https:// with a plain name")
    return Target(name, match["host"], 443, write_path(match["path"]))


def write_path(path: str) -> str:
    """Return path and query as a request line has them."""
    return path if path.startswith("/") else f"/{path}"
