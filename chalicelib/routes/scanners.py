"""Whether a person followed a link, or a machine that opens links before or instead of a person.

Mail gateways open every link of a mail, some with a browser's name; previews and prefetching open links that no
person clicked. A request that is surely a machine's is counted as one; all others count as a person's. No page of ours
acts on a GET, so a machine that is taken for a person changes a figure and nothing else.

The list is of June 2026. Sources: the vendors' own documents where named, else what their fetchers send.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

PERSON = "person"
MACHINE = "machine"

# Parts of user agents that begin like a browser's, in lower case. Those that do not are machines anyway: libraries,
# curl, most preview fetchers.
NAMES = (
    # driven browsers and crawlers (a Cubot is a telephone)
    r"(?<!cu)bot\b",
    "crawl",
    "spider",
    "scan",
    "fetch",
    "preview",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "python",
    "slurp",
    "mediapartners",
    "facebookexternalhit",
    "embedly",
    "iframely",
    "lighthouse",
    # mail security
    "barracuda",
    "proofpoint",
    "mimecast",
    "ironport",
    "ciscosecure",
    "symantec",
    "messagelabs",
    "fireeye",
    "trellix",
    "sophos",
    "forti(?:mail|client|guard)",
    "trend ?micro",
    "tmes",
    "checkpoint",
    "avanan",
    "zscaler",
    "forcepoint",
    "websense",
    "mcafee",
    "kaspersky",
    "bitdefender",
    "vadesecure",
    "hornetsecurity",
    "cloudmark",
    "safelinks",
    "defender",
    "urldefense",
    "virustotal",
    # programs that fetch a preview for their user; the request itself opens a browser
    "microsoft office",
    "ms-?office",
    "microsoft outlook",
    "googleimageproxy",
    r"ggpht\.com",
    "google-safety",
    "google-read-aloud",
    "appengine-google",
    "yahoomailproxy",
)
MACHINE_NAME = re.compile("|".join(NAMES))

# Networks that only machines browse from: the fetchers of mail gateways. Clouds at large are left out: people come
# from there too, through VPNs and private relays.
NETWORKS = tuple(
    ip_network(network)
    for network in (
        "64.235.144.0/20",
        "209.222.80.0/21",  # Barracuda Email Security (campus.barracuda.com)
        "40.92.0.0/15",
        "40.107.0.0/16",
        "52.100.0.0/14",
        "104.47.0.0/17",  # Exchange Online Protection (Microsoft)
        "2a01:111:f400::/48",
        "2a01:111:f403::/48",
    )
)

# Sec-Purpose (Fetch standard), and the names that browsers used before it.
PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


def classify_caller(method: str, headers: Mapping[str, str], address: str) -> str:
    """Return PERSON or MACHINE; `headers` have lower-case names, `address` is the network address."""
    doubts = (method != "GET", is_ahead(headers), is_named(headers), is_headless(headers), is_gateway(address))
    return MACHINE if any(doubts) else PERSON


def is_ahead(headers: Mapping[str, str]) -> bool:
    """Return whether a browser made the request before its user clicked."""
    return any(AHEAD.search(headers.get(name, "")) for name in PURPOSES)


def is_named(headers: Mapping[str, str]) -> bool:
    """Return whether the user agent names a machine, or is not a browser's."""
    agent = headers.get("user-agent", "").lower()
    return not agent.startswith("mozilla/") or MACHINE_NAME.search(agent) is not None


def is_headless(headers: Mapping[str, str]) -> bool:
    """Return whether the request lacks what every browser sends when a person opens a page.

    Every browser then asks for HTML and names its languages; one that sends Sec-Fetch-Dest (Fetch metadata, all
    since 2023) says `document` there, and `navigate` as its mode.
    """
    plain = "text/html" in headers.get("accept", "") and bool(headers.get("accept-language", ""))
    opened = headers.get("sec-fetch-dest", "document") == "document"
    return not (plain and opened and headers.get("sec-fetch-mode", "navigate") == "navigate")


def is_gateway(address: str) -> bool:
    """Return whether an address is of a mail gateway; text that is no address is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in NETWORKS)
