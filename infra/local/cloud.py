"""moto's server in a process of its own: SES, SQS, SNS, SSM, KMS, and DynamoDB where Java is missing. All in memory.

The same port shows the mails that were sent, at /_local/mail (`mailbox`), and plays the shop's own
system that receives events, at /_local/events (`receiver`).
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.serving import run_simple

from infra.local import receiver
from infra.local.gate import guard_cloud
from infra.local.mailbox import PATH, show_mailbox
from infra.local.moto_sesv2 import patch_moto_sesv2
from infra.local.processes import start_child
from infra.places import ROOT

Answer = Callable[..., Any]
GATE = "LOCAL_ACCESS"  # names the access key that is answered


def start_cloud(port: int, log: Path | None = None, access: str = "") -> subprocess.Popen[bytes]:
    """Start the server; it answers a second later. With `access` it answers that access key alone."""
    environ = {**os.environ, GATE: access}  # no argument: all users of a machine see those
    return start_child([sys.executable, "-m", "infra.local.cloud", str(port)], log=log, folder=ROOT, env=environ)


def build_server() -> Answer:
    """Return moto's application with the mailbox in front of it."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    cloud = patch_moto_sesv2(DomainDispatcherApplication(create_backend_app))

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PATH):
            return show_mailbox(environ, start_response)
        if environ["PATH_INFO"].startswith(receiver.PATH):
            return receiver.serve_events(environ, start_response)
        answered: Iterable[bytes] = cloud(environ, start_response)
        return answered

    return answer


def main(port: int) -> None:
    """Serve until the process is ended."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    access, server = os.environ.get(GATE), build_server()
    run_simple("127.0.0.1", port, guard_cloud(server, port, access) if access else server, threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
