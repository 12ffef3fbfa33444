"""The cookies of the desk. `__Host-` binds each to this host and to TLS (or localhost); no script sees one.

__Host-desk        <staff id>.<token> of a session; a new one at each sign-in
__Host-desk-try    a random number, before anybody is signed in: the challenge that was given to this browser is
                   answered by no other
__Host-till        <device id>.<token> of a till, which may put sealed entries into the inbox and read nothing
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

SESSION, TRY, DEVICE = "__Host-desk", "__Host-desk-try", "__Host-till"
LONGEST_COOKIE = 400 * 24 * 3600  # seconds: browsers keep none for longer
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
SIGNED = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})")
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class SessionCookie(NamedTuple):
    """The parts of the cookie of a session."""

    staff_id: str
    token: str


class DeviceCookie(NamedTuple):
    """The parts of the cookie of a till, and of the link that makes a device a till."""

    device_id: str
    token: str


def read_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the cookies by name; the first of a name counts, since no other host can set one of ours."""
    pairs = (each.strip().partition("=") for each in headers.get("cookie", "").replace(",", ";").split(";"))
    found: dict[str, str] = {}
    for name, _, value in pairs:
        found.setdefault(name, value)
    return found


def read_session_cookie(cookies: Mapping[str, str]) -> SessionCookie | None:
    """Return the parts of the session's cookie, or None where there is none of its form."""
    found = SIGNED.fullmatch(cookies.get(SESSION, ""))
    return SessionCookie(found[1], found[2]) if found else None


def read_device_cookie(cookies: Mapping[str, str]) -> DeviceCookie | None:
    """Return the parts of a till's cookie, or None where there is none of its form."""
    return read_device_parts(cookies.get(DEVICE, ""))


def read_device_parts(text: str) -> DeviceCookie | None:
    """Return the id of a till and a token, or None where the text is not of that form."""
    found = SIGNED.fullmatch(text)
    return DeviceCookie(found[1], found[2]) if found else None


def read_try(cookies: Mapping[str, str]) -> str:
    """Return the number of a browser that is not signed in, or ""."""
    value = cookies.get(TRY, "")
    return value if TOKEN.fullmatch(value) else ""


def set_session(staff_id: str, token: str) -> str:
    """Return the header that keeps a session: until the browser is closed, or the session ends."""
    return f"{SESSION}={staff_id}.{token}; {ATTRIBUTES}"


def set_device(device_id: str, token: str) -> str:
    """Return the header that makes a browser a till, for as long as browsers keep a cookie."""
    return f"{DEVICE}={device_id}.{token}; Max-Age={LONGEST_COOKIE}; {ATTRIBUTES}"


def set_try(value: str) -> str:
    """Return the header that keeps a browser's number as long as a challenge holds."""
    return f"{TRY}={value}; Max-Age=300; {ATTRIBUTES}"


def clear_cookie(name: str) -> str:
    """Return the header that removes a cookie."""
    return f"{name}=; Max-Age=0; {ATTRIBUTES}"
