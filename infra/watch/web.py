"""The two ways out that are not AWS's: an HTTPS request to the door, and a question to DNS."""

import urllib.error
import urllib.request

import dns.exception
import dns.resolver

SECONDS = 10
HEADERS = {"Content-Type": "application/json", "User-Agent": "regulars-doctor"}


def fetch_status(url: str, body: bytes | None) -> int:
    """Return the status of a GET, or of a POST where there is a body; raise OSError where nothing answers."""
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise OSError("no address of a door")
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, HEADERS), timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def resolve_texts(name: str) -> list[str]:
    """Return the TXT records of a name, none where it has none; raise OSError where DNS does not answer."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as fault:
        raise OSError(type(fault).__name__) from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
