"""Registers webhooks at the senders, each through its own API. A call may be repeated: no webhook is doubled."""

from dataclasses import dataclass

from chalicelib.offers.http import ShopHttp, ShopReply


@dataclass(frozen=True)
class Door:
    """Where a sender shall post, and the secret that it shall sign with, where it takes one."""

    address: str
    secret: str = ""


@dataclass
class Registered:
    """What was done: how many webhooks were made, changed, or were right; the secret that the sender gave."""

    made: int = 0
    changed: int = 0
    kept: int = 0
    secret: str = ""
    notes: tuple[str, ...] = ()


def check_reply(reply: ShopReply, doing: str) -> ShopReply:
    """Return a reply that is well; raise SystemExit for a refusal. What was sent is never repeated."""
    if reply.status in (401, 403):
        raise SystemExit(f"The token may not {doing} ({reply.status}).")
    if reply.status >= 400:
        raise SystemExit(f"The sender refused to {doing} ({reply.status}).")
    return reply


def open_http(address: str, **headers: str) -> ShopHttp:
    """Return what calls one sender; raise SystemExit for an address that is not https."""
    try:
        http = ShopHttp(address)
    except ValueError:
        raise SystemExit("The address of the shop begins with https:// and a host.") from None
    http.headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return http
