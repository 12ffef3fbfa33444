"""The gate before the servers of a local run: this machine's people and processes pass, and nobody else.

All listen on the loopback address. A page of another site, open in a browser on this machine, can reach that address
too: it sends its own Origin, or a name that it made point here (DNS rebinding) as Host. What plays AWS asks besides
for the access key of this run, which lies in the folder of its keys.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.places import LOCAL

Answer = Callable[..., Any]

ACCESS = LOCAL / "keys" / "access.key"  # an AWS access key id, and the name of DynamoDB Local's file
OWN = ("/_local/mail", "/_local/events")  # the pages of the run itself, and nothing else of that name
REFUSED = b"Not for this address.\n"


def read_access(path: Path = ACCESS) -> str:
    """Return the access key of this folder's runs; make it where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(16).hex())
    return path.read_text().strip()


def name_hosts(port: int, public_url: str = "") -> frozenset[str]:
    """Return the Host headers under which a server is asked for: its address, `localhost`, and the public name."""
    public = urlsplit(public_url).netloc
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}", *([public] if public else [])})


def is_refused(environ: dict[str, Any], hosts: frozenset[str], access: str) -> bool:
    """Return whether a request to what plays AWS, or to a page of the run, comes from elsewhere (WSGI)."""
    if environ.get("HTTP_HOST") not in hosts or environ.get("HTTP_ORIGIN"):
        return True
    if any(environ["PATH_INFO"] == page or environ["PATH_INFO"].startswith(f"{page}/") for page in OWN):
        return False
    return f"Credential={access}/" not in environ.get("HTTP_AUTHORIZATION", "")


def guard_cloud(answer: Answer, port: int, access: str) -> Answer:
    """Return a WSGI application that answers what passes the gate."""
    hosts = name_hosts(port)

    def answer_ours(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if is_refused(environ, hosts, access):
            start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", str(len(REFUSED)))])
            return [REFUSED]
        answered: Iterable[bytes] = answer(environ, start_response)
        return answered

    return answer_ours
