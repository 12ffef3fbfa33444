"""moto's server in a process of its own: SES, SQS, SNS, SSM, KMS, and DynamoDB where Java is missing. All in memory.

The same port shows the mails that were sent, at /_local/mail (`mailbox`), and plays the shop's own
system that receives events, at /_local/events (`receiver`).
"""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.serving import run_simple

from infra.local import receiver
from infra.local.mailbox import PATH, show_mailbox
from infra.local.moto_sesv2 import patch_moto_sesv2
from infra.local.processes import start_child
from infra.places import ROOT

Answer = Callable[..., Any]


def start_cloud(port: int, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start the server; it answers a second later."""
    return start_child([sys.executable, "-m", "infra.local.cloud", str(port)], log=log, folder=ROOT)


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
    run_simple("127.0.0.1", port, build_server(), threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
